import { list, object } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { optionalString } from '#core/oci/json.ts';

/** What an engine says of itself that discovery needs. */
export interface EngineFacts {
  readonly id: string;
  readonly version: string;
  readonly rootDirectory: string;
  readonly driver: string;
  readonly rootless: boolean;
  /** With user namespaces the data root ends in the host's uid and gid of a container's root. */
  readonly root?: { readonly user: number; readonly group: number };
}

/** `GET /info`. @throws `ENGINE_FAILED` and what the engine's client throws */
export async function inspectEngine(engine: Engine): Promise<EngineFacts> {
  const info = object((await engine.read('/info')) ?? Buffer.from('{}'), '/info');
  const options = Array.isArray(info['SecurityOptions']) ? info['SecurityOptions'].map(String) : [];
  const rootDirectory = optionalString(info, 'DockerRootDir') ?? '';
  const [, user, group] = /\/(\d{1,9})\.(\d{1,9})$/.exec(rootDirectory) ?? [];
  const namespaced = options.some((option) => option.startsWith('name=userns'));
  return {
    id: optionalString(info, 'ID') ?? '',
    version: optionalString(info, 'ServerVersion') ?? '',
    rootDirectory,
    driver: optionalString(info, 'Driver') ?? '',
    rootless: options.some((option) => option.startsWith('name=rootless')) || info['Rootless'] === true,
    ...(namespaced && user !== undefined ? { root: { user: Number(user), group: Number(group) } } : {}),
  };
}

/** What an engine is called on the record: its own id; Podman makes one up each time, so its address. */
export function engineKeyOf({ podman, address }: Pick<Engine, 'podman' | 'address'>, { id }: EngineFacts): string {
  return podman || id === '' ? address : id.slice(0, 200);
}

/** Ids of the networks that an engine has; each was made up by the engine that made it. @throws what the engine's client throws */
export async function networkIds(engine: Engine): Promise<readonly string[]> {
  const found = list((await engine.read('/networks')) ?? Buffer.from('[]'), '/networks');
  return found.map((network) => optionalString(network, 'Id') ?? '');
}
