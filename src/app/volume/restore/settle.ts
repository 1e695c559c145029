import { refuseForeignHome } from '#app/home/private-home.ts';
import { mendSwaps } from '#app/volume/restore/pending.ts';
import type { RestoreDeps } from '#app/volume/restore/restore-types.ts';
import type { Problem } from '#core/errors.ts';

/**
 * Ends what restores that died have left: what they had put in its place is recorded, what lies about is removed.
 * @throws `HOME_NOT_PRIVATE`, `LEDGER_*`, `DATABASE_*`
 */
export async function settleRestores({
  record,
  environment,
}: Pick<RestoreDeps, 'record' | 'environment'>): Promise<readonly Problem[]> {
  refuseForeignHome(record.home.directory, environment);
  const problems: Problem[] = [];
  for (const { pending, swapped, clear } of mendSwaps(record.home)) {
    const { swap, id } = pending;
    if (swap !== undefined && swapped) {
      const events = [{ type: 'volume.restored', data: swap.event }] as const;
      await record.ledger.append({ stream: swap.stream, events, actor: swap.actor, key: `restore:${id}` });
      const message = `A restore in place that was interrupted had been done: ${swap.place}`;
      problems.push({ code: 'RESTORE_SETTLED', message });
    }
    await clear();
  }
  return problems;
}
