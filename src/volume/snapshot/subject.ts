import { HoldfastError } from '#core/errors.ts';
import type { DiscoveredContainer, DiscoveredVolume, Discovery } from '#volume/discover/discovery.ts';
import type { Writer } from '#volume/snapshot/events.ts';

/** A volume whose snapshot is wanted, and who may write to it. */
export interface SnapshotSubject {
  readonly volume: DiscoveredVolume;
  /** Containers with the volume mounted so that they can write, in the order to hold them. */
  readonly writers: readonly DiscoveredContainer[];
}

/**
 * Finds a volume and its writers.
 * @throws `VOLUME_UNKNOWN`, `VOLUME_NOT_READABLE`
 */
export function subjectOf(discovery: Discovery, name: string): SnapshotSubject {
  const volume = discovery.volumes.find((one) => one.name === name);
  if (volume === undefined) {
    throw new HoldfastError('VOLUME_UNKNOWN', `The engine has no volume ${JSON.stringify(name.slice(0, 200))}`, {
      kind: 'usage',
      hint: 'holdfast volume ls lists those that are there.',
    });
  }
  if (!discovery.engine.readable) {
    throw new HoldfastError('VOLUME_NOT_READABLE', `The files of ${name} cannot be read from here`, {
      hint: 'Run this on the engine’s machine, as a user who may read its directories (root, or the one it runs as).',
    });
  }
  const ids = new Set(volume.users.filter(({ writable }) => writable).map(({ container }) => container));
  const order = discovery.stacks.flatMap(({ holdOrder }) => holdOrder);
  const place = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length);
  const writers = discovery.containers.filter(({ id }) => ids.has(id)).sort((a, b) => place(a.id) - place(b.id));
  return { volume, writers };
}

/** What is recorded of a container that may have written. */
export function writerOf({ id, name, image, imageId, repositoryDigests, user, state }: DiscoveredContainer): Writer {
  return {
    ...{ container: id, name, image, user, state },
    ...(imageId === undefined ? {} : { imageId }),
    digests: [...repositoryDigests],
  };
}
