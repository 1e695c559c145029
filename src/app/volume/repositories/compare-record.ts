import type { VolumeVerified } from '#api/volume-verify-report.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import { knownSnapshots, knownStacks } from '#app/volume/snapshot/known-snapshots.ts';
import { FIRST_PASS_TAG, stackTag } from '#volume/snapshot/tags.ts';

/** A snapshot that should be in a repository by the record. */
export interface ExpectedSnapshot {
  readonly snapshot: string;
  readonly tree?: string;
  /** ISO 8601: when it was recorded. */
  readonly at: string;
  /** A volume’s name, a directory’s path, or a stack’s tag. */
  readonly of: string;
  readonly position: number;
  /** It was about to be forgotten: it may be there or not. */
  readonly leaving: boolean;
}

/** What the record expects of a repository, oldest first; what retention forgot is not expected. @throws `LEDGER_*`, `DATABASE_*` */
export async function expectedSnapshots(
  record: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  repositoryId: string,
): Promise<readonly ExpectedSnapshot[]> {
  const volumes = [...(await knownSnapshots(record, repositoryId)).values()].map(
    ({ snapshot, tree, at, volume, position, leaving }) => ({ snapshot, tree, at, of: volume, position, leaving }),
  );
  const stacks = [...(await knownStacks(record, repositoryId)).values()].map(({ snapshot, at, stack, position }) => ({
    ...{ snapshot, at, of: stackTag(stack), position, leaving: false },
  }));
  return [...volumes, ...stacks].sort((a, b) => a.position - b.position);
}

/** A snapshot that is in a repository. */
export interface PresentSnapshot {
  readonly id: string;
  readonly time: string;
  readonly tree: string;
  readonly hostname?: string;
  readonly tags: readonly string[];
  readonly original?: string;
}

/**
 * Compares what is there with what should be. When all that is missing is newer than all that is there, the repository
 * looks as it did at an earlier time.
 * @param ids of all snapshots’ files, also of those that cannot be read
 */
export function compareRecord(
  expected: readonly ExpectedSnapshot[],
  ids: ReadonlySet<string>,
  present: readonly PresentSnapshot[],
): VolumeVerified['record'] {
  const missing = expected.filter(({ snapshot, leaving }) => !leaving && !ids.has(snapshot));
  const there = expected.filter(({ snapshot }) => ids.has(snapshot));
  const [oldest] = missing;
  const newest = there.at(-1);
  const isTail = oldest !== undefined && (newest === undefined || newest.position < oldest.position);
  const byId = new Map(expected.map((one) => [one.snapshot, one]));
  const isKnown = ({ id, original, tree }: PresentSnapshot) =>
    byId.has(id) || (original !== undefined && byId.get(original)?.tree === tree);
  return {
    known: expected.length,
    missing: missing.map(({ snapshot, at, of, position }) => ({ snapshot, time: at, of, position })),
    rolledBackTo: isTail ? (newest?.at ?? '') : null,
    foreign: present
      .filter((one) => !isKnown(one) && !one.tags.includes(FIRST_PASS_TAG))
      .map(({ id, time, hostname = '', tags }) => ({ snapshot: id, time, host: hostname, tags: [...tags] })),
  };
}
