import type { OpenRecord } from '#app/home/open-record.ts';
import type { SnapshotFinished, StackTaken } from '#volume/snapshot/events.ts';

/** Snapshots of a repository that the ledger says were taken, by id. */
export async function knownSnapshots(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  repositoryId: string,
): Promise<ReadonlyMap<string, SnapshotFinished & { readonly position: number; readonly at: string }>> {
  const known = new Map<string, SnapshotFinished & { readonly position: number; readonly at: string }>();
  for await (const event of ledger.read({ types: ['snapshot.finished'] })) {
    const data = catalogue.known(event)?.data as SnapshotFinished | undefined;
    if (data?.repository.id !== repositoryId) continue;
    known.set(data.snapshot, { ...data, position: event.position, at: event.at });
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
