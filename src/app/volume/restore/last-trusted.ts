import { judgeChain, type PickDeps, recordedOf } from '#app/volume/restore/pick-snapshot.ts';
import { writtenSnapshots } from '#app/volume/restore/written-snapshots.ts';
import type { Writer } from '#volume/snapshot/events.ts';
import { OWN_TAG, volumeTag } from '#volume/snapshot/tags.ts';
import { newestTrusted } from '#volume/snapshot/trust.ts';

/**
 * The newest snapshot of a target that only images wrote which are allowed today, of those in a repository: what retention
 * never forgets. Undefined when there is none. @throws `RESTIC_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function lastTrustedSnapshot(deps: PickDeps, name: string): Promise<string | undefined> {
  const kind = name.startsWith('/') ? 'bind' : 'volume';
  const chain = await writtenSnapshots(deps.record, { kind, name });
  // Nobody needs to be judged where the gaps alone say no.
  if (!chain.some(({ writersComplete }) => writersComplete)) return undefined;
  const { judged } = await judgeChain(deps, chain);
  const rows = await deps.list({ tags: [OWN_TAG, volumeTag(name)] });
  const there = new Map(rows.flatMap((row) => [[recordedOf(row, chain)?.id, row.id] as const]));
  const newest = newestTrusted(
    chain,
    (writer: Writer) => judged(writer).judgement,
    ({ id }) => there.has(id),
  );
  return newest === undefined ? undefined : there.get(newest.id);
}
