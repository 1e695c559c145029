import { digestOf, list, object, refuse, strings } from '#base/engine/answers.ts';
import type { Engine, EngineStream } from '#base/engine/engine.ts';
import type { Digest } from '#core/digest.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';

const CONTAINER = /^[0-9a-f]{64}$/;
const NAME = /^\/?([a-zA-Z0-9][a-zA-Z0-9_.-]*)$/;

/** A container, running or not. */
export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  /** What it was started from, as it was written then. Tags may have moved since. */
  readonly image: string;
  /** The image that it runs; Podman's may run a plain directory. */
  readonly imageId?: Digest;
}

/** A path that differs between a container and its image. */
export interface EngineChange {
  readonly kind: 'modified' | 'added' | 'deleted';
  /** Relative to the root. */
  readonly path: string;
}

/** `GET /containers/json`: the running containers, by id. @throws `ENGINE_FAILED` */
export async function listContainers(engine: Engine): Promise<readonly EngineContainer[]> {
  const path = '/containers/json';
  const body = await engine.read(path);
  if (body === undefined) throw refuse(path)('there is none');
  return list(body, path)
    .map((container) => {
      const names = strings(container['Names']);
      // Links of other containers are among them.
      const own = names.find((name) => NAME.test(name));
      return containerOf(container, own, container['Image'], container['ImageID'], path);
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** `GET /containers/{id}/json`: by id, its beginning, or name; undefined when there is none. @throws `ENGINE_FAILED` */
export async function inspectContainer(engine: Engine, id: string): Promise<EngineContainer | undefined> {
  const path = `/containers/${encodeURIComponent(id)}/json`;
  const body = await engine.read(path);
  if (body === undefined) return undefined;
  const container = object(body, path);
  const config = isObject(container['Config']) ? container['Config'] : {};
  return containerOf(container, container['Name'], config['Image'], container['Image'], path);
}

function containerOf(
  container: JsonObject,
  name: unknown,
  image: unknown,
  imageId: unknown,
  path: string,
): EngineContainer {
  const id = container['Id'];
  if (typeof id !== 'string' || !CONTAINER.test(id))
    throw refuse(path)("a container's id is not 64 hexadecimal digits");
  const digest = digestOf(imageId);
  return {
    id,
    name: containerName(name, id),
    image: typeof image === 'string' ? image : '',
    ...(digest === undefined ? {} : { imageId: digest }),
  };
}

/** What a container is called, without the engine's leading slash; the id's beginning where that is no name as engines give them. */
export function containerName(name: unknown, id: string): string {
  return (typeof name === 'string' ? NAME.exec(name)?.[1] : undefined) ?? id.slice(0, 12);
}

/** `GET /containers/{id}/export`: its whole filesystem as one tar; undefined when there is none. @throws `ENGINE_FAILED` */
export function exportContainer(engine: Engine, id: string): Promise<EngineStream | undefined> {
  return engine.stream(`/containers/${encodeURIComponent(id)}/export`);
}

const CHANGE_KINDS = ['modified', 'added', 'deleted'] as const;

/** `GET /containers/{id}/changes`: how its filesystem differs from its image's. @throws `ENGINE_FAILED` */
export async function containerChanges(engine: Engine, id: string): Promise<readonly EngineChange[]> {
  const path = `/containers/${encodeURIComponent(id)}/changes`;
  const body = await engine.read(path);
  if (body === undefined) throw refuse(path)('there is no such container');
  return list(body, path).map((change) => {
    const kind = typeof change['Kind'] === 'number' ? CHANGE_KINDS[change['Kind']] : undefined;
    const name = change['Path'];
    if (kind === undefined || typeof name !== 'string') throw refuse(path)('a change is malformed');
    return { kind, path: name.replace(/^\/+/, '') };
  });
}
