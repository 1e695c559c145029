import type { OpenRecord } from '#app/home/open-record.ts';
import type { RetentionFailed, RetentionStarted, SnapshotForgotten } from '#volume/retention/events.ts';
import type { SnapshotFinished, StackTaken } from '#volume/snapshot/events.ts';

/** A snapshot that the ledger says was taken, and not that it was forgotten. */
export interface KnownSnapshot extends SnapshotFinished {
  readonly position: number;
  readonly at: string;
  /** It was about to be forgotten, and what became of it is not on the record: it may be there or not. */
  readonly leaving: boolean;
}

const TYPES = ['snapshot.finished', 'retention.started', 'snapshot.forgotten', 'retention.failed'];

/** Snapshots of a repository that should be there by the ledger, by id. */
export async function knownSnapshots(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  repositoryId: string,
): Promise<ReadonlyMap<string, KnownSnapshot>> {
  const known = new Map<string, KnownSnapshot>();
  const leaving = new Map<number, readonly string[]>();
  for await (const event of ledger.read({ types: TYPES })) {
    const data = catalogue.known(event)?.data as
      | SnapshotFinished
      | RetentionStarted
      | SnapshotForgotten
      | RetentionFailed
      | undefined;
    if (data?.repository.id !== repositoryId) continue;
    if ('snapshot' in data) {
      known.set(data.snapshot, { ...data, position: event.position, at: event.at, leaving: false });
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
