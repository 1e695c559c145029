import { object, refuse } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { optionalString } from '#core/oci/json.ts';

/** What an engine says of itself. */
export interface EngineInfo {
  /** Its data directory, as it sees it; another machine's or namespace's perhaps. */
  readonly rootDirectory: string;
  /** The storage driver, for example `overlay2`. */
  readonly driver: string;
  /** True when containerd keeps the images (Docker's containerd image store). */
  readonly containerdStore: boolean;
  /** True when changed permissions leave a file's content in the layer below (overlayfs's `metacopy`). */
  readonly metacopy: boolean;
}

/** `GET /info`. @throws `ENGINE_FAILED` */
export async function engineInfo(engine: Engine): Promise<EngineInfo> {
  const info = await engine.read('/info');
  if (info === undefined) throw refuse('/info')('there is none');
  const body = object(info, '/info');
  const rows: readonly unknown[] = Array.isArray(body['DriverStatus']) ? body['DriverStatus'] : [];
  const status = rows
    .filter((row) => Array.isArray(row))
    .map(([key, value]: unknown[]) => [String(key), String(value)]);
  return {
    rootDirectory: optionalString(body, 'DockerRootDir') ?? '',
    driver: optionalString(body, 'Driver') ?? '',
    containerdStore: status.some(([, value]) => value?.startsWith('io.containerd.snapshotter.')),
    metacopy: status.some(([key, value]) => key === 'Using metacopy' && value !== 'false'),
  };
}
