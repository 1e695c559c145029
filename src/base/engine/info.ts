import { object, refuse } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { isObject, optionalString } from '#core/oci/json.ts';

/** What an engine says of itself. */
export interface EngineInfo {
  /** Its data directory, as it sees it; another machine's or namespace's perhaps. */
  readonly rootDirectory: string;
  /** The storage driver, for example `overlay2`. */
  readonly driver: string;
  /** True when containerd keeps the images (Docker's containerd image store). */
  readonly containerdStore: boolean;
  readonly podman: boolean;
  /** True when changed permissions leave a file's content in the layer below (overlayfs's `metacopy`). */
  readonly metacopy: boolean;
}

/** `GET /info` and `GET /version`. @throws `ENGINE_FAILED` */
export async function engineInfo(engine: Engine): Promise<EngineInfo> {
  const [info, version] = await Promise.all([engine.read('/info'), engine.read('/version')]);
  if (info === undefined) throw refuse('/info')('there is none');
  const body = object(info, '/info');
  const rows: readonly unknown[] = Array.isArray(body['DriverStatus']) ? body['DriverStatus'] : [];
  const status = rows
    .filter((row) => Array.isArray(row))
    .map(([key, value]: unknown[]) => [String(key), String(value)]);
  const components = version === undefined ? [] : object(version, '/version')['Components'];
  const names = (Array.isArray(components) ? components : []).filter(isObject).map((component) => component['Name']);
  return {
    rootDirectory: optionalString(body, 'DockerRootDir') ?? '',
    driver: optionalString(body, 'Driver') ?? '',
    containerdStore: status.some(([, value]) => value?.startsWith('io.containerd.snapshotter.')),
    podman: names.includes('Podman Engine'),
    metacopy: status.some(([key, value]) => key === 'Using metacopy' && value !== 'false'),
  };
}
