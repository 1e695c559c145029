import * as z from 'zod/mini';
import type { InspectedContainer } from '#volume/discover/engine/inspect-container.ts';

/** Longest texts and lists of one container: an event holds at least two of them. */
const LONGEST = { name: 200, image: 300, path: 500, mounts: 30, digests: 5, capabilities: 50 } as const;

const mount = z.object({
  kind: z.enum(['volume', 'bind']),
  /** The volume's name, or the path on the host. */
  source: z.string(),
});

export const seenContainerSchema = z.object({
  container: z.string(),
  name: z.string(),
  /** As it was written when it was started. */
  image: z.string(),
  imageId: z.optional(z.string()),
  digests: z.array(z.string()),
  user: z.string(),
  privileged: z.boolean(),
  addedCapabilities: z.array(z.string()),
  droppedCapabilities: z.array(z.string()),
  /** What it may write to beside its own layer. */
  mounts: z.array(mount),
  /** False: it was gone before all of this could be asked. */
  whole: z.boolean(),
});

/** A container that may write somewhere, as the observer saw it. */
export type SeenContainer = z.infer<typeof seenContainerSchema>;

export type SeenMount = SeenContainer['mounts'][number];

/** What of a container is kept; undefined when it can write to nothing but its own layer. */
export function seenContainer({ container, mounts }: InspectedContainer): SeenContainer | undefined {
  const writable = mounts.flatMap(({ kind, source, writable: isWritable }): SeenMount[] => {
    if (!isWritable || source === '') return [];
    if (kind === 'bind') return [{ kind, source: bounded(source, LONGEST.path) }];
    return kind === 'volume' || kind === 'anonymous' ? [{ kind: 'volume', source: bounded(source, LONGEST.path) }] : [];
  });
  if (writable.length === 0) return undefined;
  const { id, name, image, imageId, repositoryDigests, user, capabilities } = container;
  return {
    container: id,
    name: bounded(name, LONGEST.name),
    image: bounded(image, LONGEST.image),
    ...(imageId === undefined ? {} : { imageId: bounded(imageId, LONGEST.name) }),
    digests: repositoryDigests.slice(0, LONGEST.digests).map((text) => bounded(text, LONGEST.image)),
    user: bounded(user, LONGEST.name),
    privileged: capabilities.privileged,
    addedCapabilities: capabilities.added.slice(0, LONGEST.capabilities).map((text) => bounded(text, 40)),
    droppedCapabilities: capabilities.dropped.slice(0, LONGEST.capabilities).map((text) => bounded(text, 40)),
    mounts: writable.slice(0, LONGEST.mounts),
    whole: writable.length <= LONGEST.mounts && writable.every(({ source }) => source.length < LONGEST.path),
  };
}

/** What the engine's events alone tell of a container that was gone before it could be asked for. */
export function goneContainer(
  container: string,
  attributes: Readonly<Record<string, string>>,
  mounts: readonly SeenMount[],
): SeenContainer {
  return {
    container,
    name: bounded(attributes['name'] ?? container.slice(0, 12), LONGEST.name),
    image: bounded(attributes['image'] ?? '', LONGEST.image),
    digests: [],
    user: '',
    privileged: false,
    addedCapabilities: [],
    droppedCapabilities: [],
    mounts: mounts
      .slice(0, LONGEST.mounts)
      .map(({ kind, source }) => ({ kind, source: bounded(source, LONGEST.path) })),
    whole: false,
  };
}

function bounded(text: string, most: number): string {
  return text.toWellFormed().slice(0, most).toWellFormed();
}
