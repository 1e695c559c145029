import type { OpenRecord } from '#app/home/open-record.ts';
import type { RepositoryCopied } from '#volume/events.ts';
import type { RetentionFailed, RetentionStarted, SnapshotForgotten } from '#volume/retention/events.ts';
import type { SnapshotFinished, StackTaken } from '#volume/snapshot/events.ts';

/** A snapshot that the ledger says was taken, and not that it was forgotten. A copy has the position of the first one. */
export interface KnownSnapshot extends SnapshotFinished {
  readonly position: number;
  readonly at: string;
  /** It was about to be forgotten, and what became of it is not on the record: it may be there or not. */
  readonly leaving: boolean;
}

const TYPES = [
  'snapshot.finished',
  'repository.copied',
  'retention.started',
  'snapshot.forgotten',
  'retention.failed',
] as const;

type Data = SnapshotFinished | RepositoryCopied | RetentionStarted | SnapshotForgotten | RetentionFailed;

/** Snapshots that should be in a repository by the ledger, taken into it or copied to it, by their ids there. */
export async function knownSnapshots(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  repositoryId: string,
): Promise<ReadonlyMap<string, KnownSnapshot>> {
  const taken = new Map<string, KnownSnapshot>();
  const known = new Map<string, KnownSnapshot>();
  const leaving = new Map<number, readonly string[]>();
  for await (const event of ledger.read({ types: TYPES })) {
    const data = catalogue.known(event)?.data as Data | undefined;
    if (data === undefined) continue;
    if ('to' in data) {
      for (const [from, id] of data.to.id === repositoryId ? Object.entries(data.ids) : []) {
        const first = taken.get(from);
        if (first !== undefined) known.set(id, { ...first, snapshot: id, repository: data.to });
      }
    } else if ('snapshot' in data) {
      const one = { ...data, position: event.position, at: event.at, leaving: false };
      taken.set(one.snapshot, one);
      if (data.repository.id === repositoryId) known.set(one.snapshot, one);
    } else if (data.repository.id !== repositoryId) {
      // Of another repository.
    } else if ('started' in data) {
      leaving.delete(data.started);
      if ('ids' in data) for (const id of data.ids) known.delete(id);
    } else leaving.set(event.position, data.ids);
  }
  for (const id of [...leaving.values()].flat()) {
    const one = known.get(id);
    if (one !== undefined) known.set(id, { ...one, leaving: true });
  }
  return known;
}

/** Snapshots of a repository that hold stacks' definitions, by id, as the ledger knows them. */
export async function knownStacks(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  repositoryId: string,
): Promise<ReadonlyMap<string, StackTaken & { readonly position: number; readonly at: string }>> {
  const known = new Map<string, StackTaken & { readonly position: number; readonly at: string }>();
  for await (const event of ledger.read({ types: ['stack.snapshot-taken'] })) {
    const data = catalogue.known(event)?.data as StackTaken | undefined;
    if (data?.repository.id !== repositoryId) continue;
    known.set(data.snapshot, { ...data, position: event.position, at: event.at });
  }
  return known;
}
