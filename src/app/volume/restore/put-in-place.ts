import { dirname } from 'node:path';
import type { Fetched } from '#app/volume/restore/fetch.ts';
import { beforeName, type OpenPending, type PendingSwap, swapNow } from '#app/volume/restore/pending.ts';
import type { PickedSnapshot } from '#app/volume/restore/pick-snapshot.ts';
import type { RestoreDeps, RestoreRequest } from '#app/volume/restore/restore-types.ts';
import { restoredEvent } from '#app/volume/restore/restored-event.ts';

/** Where something goes, and how the ledger is told. */
export interface Destination {
  readonly place: Buffer;
  /** The volume, directory or file as the record calls it. */
  readonly to: string;
  /** What the engine is called. */
  readonly engine?: string | undefined;
}

/**
 * Moves what was restored to a place where nothing is, and records it: announced before, so that a crash loses neither.
 * @param clear takes away what is empty there, just before
 * @throws `FILE_NOT_WRITTEN`, `LEDGER_*`, `DATABASE_*`
 */
export async function putInPlace(
  deps: RestoreDeps,
  request: RestoreRequest,
  picked: PickedSnapshot,
  pending: OpenPending,
  { item, lost }: Fetched,
  { place, to, engine }: Destination,
  clear: () => void,
): Promise<void> {
  const { stream, event } = restoredEvent(deps, request, picked, to, lost, engine);
  const { actor } = deps;
  const [coming, there] = [item, place].map((path) => path.toString('latin1'));
  const aside = `${dirname(there ?? '')}/${beforeName(pending.id)}`;
  const swap: PendingSwap = { item: coming ?? '', place: there ?? '', before: aside, stream, actor, event };
  await pending.swap(swap);
  clear();
  swapNow(swap);
  const events = [{ type: 'volume.restored', data: event }] as const;
  await deps.record.ledger.append({ stream, events, actor, key: `restore:${pending.id}` });
}
