import type { OpenRecord } from '#app/home/open-record.ts';
import { owedEnds } from '#app/volume/snapshot/target-turns.ts';
import { targetStream } from '#volume/snapshot/tags.ts';

const ENDS = ['snapshot.finished', 'snapshot.failed'];

/**
 * Says in the record of snapshots whose runs died, or could not tell it, that they are not there: else they would stand as
 * begun for ever. What had come to its end before is left as it is.
 * @throws `LEDGER_*`, `DATABASE_*`
 */
export async function settleSnapshots({
  record,
  actor,
}: {
  readonly record: Pick<OpenRecord, 'home' | 'ledger' | 'catalogue'>;
  readonly actor: string;
}): Promise<void> {
  for (const { target, repository, key, settled } of owedEnds(record.home)) {
    const started = await openSince(record, target, key);
    if (started === undefined) {
      settled();
      continue;
    }
    const message = 'The run that took it died before it came to its end, or could not say how it ended';
    const data = { volume: target, repository, started, code: 'SNAPSHOT_INTERRUPTED', message };
    const events = [{ type: 'snapshot.failed', data }] as const;
    await record.ledger.append({ stream: targetStream(target), events, actor, key: `snapshot-died:${started}` });
    // Not before: whoever dies in between leaves it to the next.
    settled();
  }
}

/** Position of the event with that key; undefined when there is none, or an end that belongs to it. */
async function openSince(
  { ledger, catalogue }: Pick<OpenRecord, 'ledger' | 'catalogue'>,
  target: string,
  key: string,
): Promise<number | undefined> {
  const ended = new Set<number | undefined>();
  const types = ['snapshot.started', ...ENDS];
  for await (const event of ledger.read({ stream: targetStream(target), types }, 'newest-first')) {
    if (event.key === key) return ended.has(event.position) ? undefined : event.position;
    if (ENDS.includes(event.type)) {
      ended.add((catalogue.known(event)?.data as { readonly started?: number } | undefined)?.started);
    }
  }
  return undefined;
}
