import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '#core/errors.ts';
import type { HoldIntent } from '#volume/hold/hold-record.ts';
import { beginHold, type OpenHold, readJournal } from '#volume/hold/journal.ts';
import { type ReconcileDeps, reconcileHolds } from '#volume/hold/reconcile.ts';

const LEAST_WAIT_MS = 50;
const MOST_WAIT_MS = 200;

/** What a run is about to do, and all containers that it is about: also those that do not run now. */
export interface Wish {
  readonly intent: HoldIntent;
  readonly concerned: readonly string[];
}

/**
 * Enters a hold into the journal when no other there has any of its containers: else one of the two would release them
 * while the other copies, or take for quiet what is about to run. Each enters first and looks afterwards; who sees another
 * goes back and waits a random while. What a dead one left is released.
 * @throws `HOLD_BUSY` after `limitMs`, `FILE_NOT_WRITTEN`
 */
export async function enterJournal(
  deps: ReconcileDeps,
  wishNow: () => Promise<Wish>,
  limitMs: number,
): Promise<{ readonly intent: HoldIntent; readonly open: OpenHold } | undefined> {
  const begun = performance.now();
  for (;;) {
    // What runs may be another after a wait.
    const wish = await wishNow();
    const { intent } = wish;
    const other = inTheWay(deps.journal, wish);
    if (other === undefined) {
      if (intent.containers.length === 0) return undefined;
      const open = await beginHold(deps.journal, intent);
      if (inTheWay(deps.journal, wish) === undefined) return { intent, open };
      open.clear();
    } else {
      const { living } = await reconcileHolds(deps);
      if (!living.includes(other) && inTheWay(deps.journal, wish) !== other) continue;
    }
    if (performance.now() - begun > limitMs) {
      const names = wish.concerned.map((id) => id.slice(0, 12)).join(', ');
      throw new HoldfastError('HOLD_BUSY', `Another run holds containers of these: ${names}`, {
        hint: 'Wait until it has finished. holdfast volume reconcile ends what dead runs left.',
      });
    }
    await sleep(LEAST_WAIT_MS + Math.random() * (MOST_WAIT_MS - LEAST_WAIT_MS));
  }
}

/** Id of a hold in the journal that has containers of this one. */
function inTheWay(journal: string, { intent, concerned }: Wish): string | undefined {
  const wanted = new Set(concerned);
  return readJournal(journal).files.find(
    (file) =>
      file.id !== intent.id &&
      file.hold.kind === 'hold' &&
      file.hold.record.intent.containers.some((container) => wanted.has(container.id)),
  )?.id;
}
