import type { TargetDeps } from '#app/notify/add-target.ts';
import { eraseTarget, readTarget } from '#app/notify/targets.ts';
import { HoldfastError } from '#core/errors.ts';
import type { NotifierId } from '#notify/notifier.ts';

/**
 * Takes a target away, its secrets too; also one that cannot be read.
 * @throws `NOTIFY_TARGET_UNKNOWN`, `NOTIFY_NAME_INVALID`, `LEDGER_*`, `DATABASE_*`
 */
export async function removeTarget(name: string, { record, actor }: Omit<TargetDeps, 'now'>): Promise<void> {
  const data = { target: name, notifier: notifierIn(record.home, name) };
  const events = [{ type: 'notification.target-removed', data }] as const;
  // First: nobody is left out without a trace.
  await record.ledger.append({ stream: `notify:${name}`, events, actor });
  eraseTarget(record.home, name);
}

function notifierIn(home: TargetDeps['record']['home'], name: string): NotifierId | null {
  try {
    return readTarget(home, name).notifier;
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'NOTIFY_TARGET_UNREADABLE') return null;
    throw error;
  }
}
