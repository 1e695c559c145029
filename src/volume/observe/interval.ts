import { isWithin } from '#core/container-path.ts';
import type { WriterSeen } from '#volume/observe/events.ts';
import type { SeenContainer } from '#volume/observe/seen-container.ts';

/** What a snapshot is of. */
export interface WrittenTarget {
  /** Names of volumes. */
  readonly volumes: readonly string[];
  /** Directories of the host: binds, and where the volumes lie. */
  readonly paths: readonly string[];
}

/** Whether a container may have written there. One that is not wholly known may have, unless it is told what it mounted. */
function mayWrite({ mounts, whole }: SeenContainer, { volumes, paths }: WrittenTarget): boolean {
  if (!whole) return true;
  return mounts.some(({ kind, source }) =>
    kind === 'volume'
      ? volumes.includes(source)
      : paths.some((path) => isWithin(path, source) || isWithin(source, path)),
  );
}

/** Why it is not known who wrote. */
export type Unknown =
  | 'not-observed'
  | 'gap'
  | 'no-snapshot-before'
  | 'events-lost'
  | 'engine-not-asked'
  | 'container-not-known'
  | 'container-unread'
  | 'too-many';

/** What each of them means, as a sentence without a full stop. */
export const UNKNOWN_MEANS: Readonly<Record<Unknown, string>> = {
  'not-observed': 'nobody watched the engine: run holdfast volume daemon',
  gap: 'the observer was not there all the time since the snapshot before',
  'no-snapshot-before': 'it is the first snapshot, and the volume was there before the observer',
  'events-lost': 'the engine no longer tells all that happened since the observer looked last',
  'engine-not-asked': 'the engine did not tell what happened last',
  'container-not-known': 'a container came and went so fast that it could not be looked at',
  'container-unread': 'the engine did not tell of a container that is there',
  'too-many': 'there were more containers than an event of the record holds',
};

/** Who may have written in an interval, by what was recorded in it. */
export interface IntervalWriters {
  /** Each container once, as it was seen last. */
  readonly writers: readonly SeenContainer[];
  /** Empty: there was nobody else. */
  readonly unknown: readonly Unknown[];
}

/** Puts together what was seen in an interval, oldest first. */
export function writersIn(seen: Iterable<WriterSeen>, target: WrittenTarget): IntervalWriters {
  const writers = new Map<string, SeenContainer>();
  for (const { what: _, ...container } of seen) {
    // What was known once is not replaced by less.
    if (!container.whole && writers.get(container.container)?.whole === true) continue;
    if (mayWrite(container, target)) writers.set(container.container, container);
  }
  const all = [...writers.values()];
  return { writers: all, unknown: all.every(({ whole }) => whole) ? [] : ['container-not-known'] };
}
