import { setTimeout as sleep } from 'node:timers/promises';
import { readJournal } from '#volume/hold/journal.ts';
import { isBeingReleased, isOverdue, type ReconcileDeps, releaseHold } from '#volume/hold/reconcile.ts';

const LOOK_MS = 100;
/** An engine that does not answer is tried again that long; the next run of the program goes on then. */
const TRY_LIMIT_MS = 10 * 60_000;

/**
 * Stands by a hold: returns when it is over. When its holder has gone (`abandoned` is aborted), or it is overdue, it is
 * released, and tried again while the engine does not answer.
 */
export async function watchHold(deps: ReconcileDeps, id: string, abandoned: AbortSignal): Promise<void> {
  let begun: number | undefined;
  for (;;) {
    const file = readJournal(deps.journal).files.find((one) => one.id === id);
    if (file?.hold.kind !== 'hold') return;
    const { intent, deadline } = file.hold.record;
    const overdue = isOverdue(deadline, intent.holder.bootId === deps.self.bootId, deps.now());
    if ((overdue || abandoned.aborted) && !isBeingReleased(deps, file)) {
      begun ??= performance.now();
      const { problems } = await releaseHold(deps, file);
      if (problems.length > 0 && performance.now() - begun > TRY_LIMIT_MS) return;
    }
    await sleep(LOOK_MS);
  }
}
