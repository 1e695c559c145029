import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import type { SeenContainer } from '#volume/observe/seen-container.ts';
import type { Writer } from '#volume/snapshot/events.ts';

/** What an event has room for: a leaf of the record is bounded. */
const MOST_BYTES = 40 * 1024;
const MOST_DIGESTS = 3;
const MOST_CAPABILITIES = 50;
const TEXT_CHARACTERS = 300;

/** Who wrote to something, as far as it is known. */
export interface Writers {
  readonly writers: readonly Writer[];
  /** False: there were more than an event has room for. */
  readonly whole: boolean;
}

/** What is recorded of a container that is there and may have written. */
export function writerOf(container: DiscoveredContainer): Writer {
  const { id, name, image, imageId, repositoryDigests, user, state, capabilities } = container;
  return {
    ...{ container: id, name: shown(name), image: shown(image), user: shown(user), state },
    ...(imageId === undefined ? {} : { imageId: shown(imageId) }),
    digests: repositoryDigests.slice(0, MOST_DIGESTS).map(shown),
    capabilities: {
      privileged: capabilities.privileged,
      added: capabilities.added.slice(0, MOST_CAPABILITIES).map(short),
      dropped: capabilities.dropped.slice(0, MOST_CAPABILITIES).map(short),
    },
  };
}

/** What is recorded of one that the observer saw; the state is that of one that is gone, unless said. */
export function writerSeen(seen: SeenContainer, state = 'removed'): Writer {
  const { container, name, image, imageId, digests, user, privileged, whole } = seen;
  return {
    ...{ container, name: shown(name), image: shown(image), user: shown(user), state },
    ...(imageId === undefined ? {} : { imageId: shown(imageId) }),
    digests: digests.slice(0, MOST_DIGESTS).map(shown),
    ...(whole
      ? { capabilities: { privileged, added: [...seen.addedCapabilities], dropped: [...seen.droppedCapabilities] } }
      : {}),
  };
}

/**
 * Those that are there, and those that were seen since and may be gone. Of containers that are gone and were alike but for
 * their names, the last one stands for all: a job that runs every minute is one line.
 */
export function allWriters(there: readonly Writer[], seen: readonly Writer[]): Writers {
  const ids = new Set(there.map(({ container }) => container));
  const kinds = new Map<string, Writer>();
  for (const writer of seen.filter(({ container }) => !ids.has(container))) {
    const { image, imageId, digests, user, state, capabilities, scan } = writer;
    const kind = JSON.stringify([image, imageId, digests, user, state, capabilities, scan]);
    const before = kinds.get(kind);
    kinds.set(kind, before === undefined ? writer : { ...writer, alike: (before.alike ?? 0) + 1 });
  }
  const writers: Writer[] = [];
  let left = MOST_BYTES;
  for (const writer of [...there, ...kinds.values()]) {
    left -= Buffer.byteLength(JSON.stringify(writer)) + 1;
    if (left < 0) return { writers, whole: false };
    writers.push(writer);
  }
  return { writers, whole: true };
}

function shown(text: string): string {
  return text.toWellFormed().slice(0, TEXT_CHARACTERS).toWellFormed();
}

function short(text: string): string {
  return shown(text).slice(0, 40).toWellFormed();
}
