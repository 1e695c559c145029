import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import type { Writer } from '#volume/snapshot/events.ts';

/** What an event has room for: a leaf of the record is bounded. */
const MOST_WRITERS = 30;
const MOST_DIGESTS = 3;
const TEXT_CHARACTERS = 300;

/** Who wrote to something, as far as it is known. */
export interface Writers {
  readonly writers: readonly Writer[];
  /** Whether nobody else can have written. */
  readonly complete: boolean;
}

/** What is recorded of a container that may have written. */
export function writerOf({ id, name, image, imageId, repositoryDigests, user, state }: DiscoveredContainer): Writer {
  return {
    ...{ container: id, name: shown(name), image: shown(image), user: shown(user), state },
    ...(imageId === undefined ? {} : { imageId: shown(imageId) }),
    digests: repositoryDigests.slice(0, MOST_DIGESTS).map(shown),
  };
}

/** Those that run now, and before them those that an observer saw since; each container and image once. */
export function allWriters(running: readonly Writer[], seen: Writers): Writers {
  const keyOf = ({ container, imageId, image }: Writer) => `${container} ${imageId ?? image}`;
  const writers = [...new Map([...seen.writers, ...running].map((writer) => [keyOf(writer), writer])).values()];
  const isFull = writers.length > MOST_WRITERS;
  return { writers: isFull ? writers.slice(-MOST_WRITERS) : writers, complete: seen.complete && !isFull };
}

function shown(text: string): string {
  return text.toWellFormed().slice(0, TEXT_CHARACTERS);
}
