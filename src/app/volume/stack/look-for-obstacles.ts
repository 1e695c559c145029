import { lstatSync, readdirSync } from 'node:fs';
import { list } from '#base/engine/answers.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { shellWord } from '#volume/doctor/fix.ts';
import type { StackContainer, StackDefinition } from '#volume/snapshot/stack-definition.ts';

/** Something that a container needs and that is not there. */
export interface MissingThing {
  readonly container: string;
  readonly what: 'image' | 'file' | 'container';
  /** Digest reference or id of the image, path, or name. */
  readonly name: string;
  /** What brings it, as a command or a sentence. */
  readonly fix: string;
}

/** What an engine and its host have of a stack already, and what they lack. */
export interface Obstacles {
  /** In words: nothing is overwritten. */
  readonly there: readonly string[];
  readonly missing: readonly MissingThing[];
  /** By container's name: the image to make it of, as this engine knows it. */
  readonly images: ReadonlyMap<string, string>;
}

/** Looks at all of it before anything is made. @throws `ENGINE_*` */
export async function lookForObstacles(engine: EngineControl, definition: StackDefinition): Promise<Obstacles> {
  const { parts, containers, stack } = definition;
  const path = '/containers/json?all=true';
  const names = new Set(
    list((await engine.read(path)) ?? Buffer.from('[]'), path).flatMap(({ Names }) =>
      Array.isArray(Names) ? Names.map((name) => String(name).replace(/^\//, '')) : [],
    ),
  );
  const there = containers.filter(({ name }) => names.has(name)).map(({ name }) => `the container ${name}`);
  for (const { volume } of parts) {
    if (volume.startsWith('/') ? isInTheWay(volume) : (await engine.read(volumePath(volume))) !== undefined) {
      there.push(volume.startsWith('/') ? volume : `the volume ${volume}`);
    }
  }
  const missing: MissingThing[] = [];
  const images = new Map<string, string>();
  const kept = parts.map(({ volume }) => volume);
  const own = new Set(containers.map(({ name }) => name));
  for (const container of containers) {
    const image = await imageHere(engine, container);
    if (image === undefined) missing.push(missingImage(container));
    else images.set(container.name, image);
    for (const bind of new Set(container.binds)) {
      if (kept.some((one) => bind === one || bind.startsWith(`${one}/`)) || isThere(bind)) continue;
      const fix = `It was not kept with the stack ${stack} (read-only, or part of the system): put it there.`;
      missing.push({ container: container.name, what: 'file', name: bind, fix });
    }
    for (const name of referencesOf(container)) {
      if (own.has(name) || names.has(name)) continue;
      missing.push({
        container: container.name,
        what: 'container',
        name,
        fix: 'It belongs to another stack: start that first.',
      });
    }
  }
  return { there, missing, images };
}

function volumePath(name: string): string {
  return `/volumes/${encodeURIComponent(name)}`;
}

/** The image by the digest that registries know it by, else by the engine's own id, which is one of its content, too. */
async function imageHere(engine: EngineControl, { digests, imageId }: StackContainer): Promise<string | undefined> {
  for (const reference of [...digests, ...(imageId === undefined ? [] : [imageId])]) {
    if (/[\s?#]|\.\./.test(reference)) continue;
    if ((await engine.read(`/images/${encodeURIComponent(reference)}/json`)) !== undefined) return reference;
  }
  return undefined;
}

function missingImage({ name, image, digests, imageId = '' }: StackContainer): MissingThing {
  const [digest] = digests;
  return digest === undefined
    ? {
        ...{ container: name, what: 'image', name: imageId === '' ? image : imageId },
        fix: `${image} was in no registry: docker save it where it still is, and docker load it here.`,
      }
    : { container: name, what: 'image', name: digest, fix: `docker pull ${shellWord(digest)}` };
}

/** Containers whose namespaces or volumes it shares. */
function referencesOf({ create }: StackContainer): readonly string[] {
  const host = create['HostConfig'];
  if (typeof host !== 'object' || host === null) return [];
  const values = Object.entries(host).flatMap(([key, value]): unknown[] => {
    if (key === 'VolumesFrom') return Array.isArray(value) ? value.map((text) => String(text).split(':')[0]) : [];
    if (!['NetworkMode', 'IpcMode', 'PidMode'].includes(key)) return [];
    return typeof value === 'string' && value.startsWith('container:') ? [value.slice('container:'.length)] : [];
  });
  return values.filter((value) => typeof value === 'string');
}

function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** An empty directory is not. */
function isInTheWay(path: string): boolean {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return isThere(path);
  }
}
