import type { OpenRecord } from '#app/home/open-record.ts';
import { leftTurns, type TurnFile } from '#app/volume/snapshot/target-turns.ts';
import { targetStream } from '#volume/snapshot/tags.ts';

const ENDS = ['snapshot.finished', 'snapshot.failed'];

/**
 * Says in the record of snapshots whose runs died that they are not there: else they would stand as begun for ever. What
 * had come to its end before is left as it is.
 * @throws `LEDGER_*`, `DATABASE_*`
 */
export async function settleSnapshots({
  record,
  actor,
}: {
  readonly record: Pick<OpenRecord, 'home' | 'ledger' | 'catalogue'>;
  readonly actor: string;
}): Promise<void> {
  for (const { target, repository, started } of leftTurns(record.home)) {
    if (started === undefined || (await hasEnded(record, target, started))) continue;
    const message = 'The run that took it died before it came to its end';
    const data = { volume: target, repository, started, code: 'SNAPSHOT_INTERRUPTED', message };
    const events = [{ type: 'snapshot.failed', data }] as const;
    await record.ledger.append({ stream: targetStream(target), events, actor, key: `snapshot-died:${started}` });
  }
}

async function hasEnded(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  target: string,
  started: NonNullable<TurnFile['started']>,
): Promise<boolean> {
  for await (const event of ledger.read({ stream: targetStream(target), types: ENDS }, 'newest-first')) {
    if (event.position < started) return false;
    const data = catalogue.known(event)?.data as { readonly started?: number } | undefined;
    if (data?.started === started) return true;
  }
  return false;
}
