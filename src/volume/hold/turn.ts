import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '#core/errors.ts';
import type { HoldIntent } from '#volume/hold/hold-record.ts';
import { beginHold, type OpenHold, readJournal } from '#volume/hold/journal.ts';
import { type ReconcileDeps, reconcileHolds } from '#volume/hold/reconcile.ts';

const LEAST_WAIT_MS = 50;
const MOST_WAIT_MS = 200;

/**
 * Enters a hold into the journal when no other one there has any of its containers: else one of the two would release
 * them while the other copies. Each enters first and looks afterwards; who sees another goes back and waits a random
 * while. What a dead one left is released.
 * @throws `HOLD_BUSY` after `limitMs`, `FILE_NOT_WRITTEN`
 */
export async function enterJournal(
  deps: ReconcileDeps,
  intentNow: () => HoldIntent | Promise<HoldIntent>,
  limitMs: number,
): Promise<{ readonly intent: HoldIntent; readonly open: OpenHold } | undefined> {
  const begun = performance.now();
  for (;;) {
    // What runs may be another after a wait.
    const intent = await intentNow();
    if (intent.containers.length === 0) return undefined;
    const other = inTheWay(deps.journal, intent);
    if (other === undefined) {
      const open = await beginHold(deps.journal, intent);
      if (inTheWay(deps.journal, intent) === undefined) return { intent, open };
      open.clear();
    } else {
      const { living } = await reconcileHolds(deps);
      if (!living.includes(other)) {
        if (inTheWay(deps.journal, intent) !== other) continue;
      }
    }
    if (performance.now() - begun > limitMs) {
      const names = intent.containers.map(({ name }) => name).join(', ');
      throw new HoldfastError('HOLD_BUSY', `Another run holds containers of these: ${names}`, {
        hint: 'Wait until it has finished. holdfast volume reconcile ends what dead runs left.',
      });
    }
    await sleep(LEAST_WAIT_MS + Math.random() * (MOST_WAIT_MS - LEAST_WAIT_MS));
  }
}

/** Id of a hold in the journal that has containers of this one. */
function inTheWay(journal: string, { id, containers }: HoldIntent): string | undefined {
  const wanted = new Set(containers.map((container) => container.id));
  return readJournal(journal).files.find(
    (file) =>
      file.id !== id &&
      file.hold.kind === 'hold' &&
      file.hold.record.intent.containers.some((container) => wanted.has(container.id)),
  )?.id;
}
