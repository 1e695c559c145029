import type { JudgeDeps } from '#app/volume/restore/judge-writers.ts';
import { judgeChain } from '#app/volume/restore/pick-snapshot.ts';
import { subjectOfTags } from '#app/volume/restore/subject.ts';
import { writtenSnapshots } from '#app/volume/restore/written-snapshots.ts';
import type { GatheredSnapshot } from '#app/volume/retention/gather-snapshots.ts';
import { volumeTag } from '#volume/snapshot/tags.ts';

/**
 * The newest of a volume’s snapshots that only images wrote which are allowed today; undefined where there is none, or
 * nobody knows who wrote.
 * @param snapshots those that are there, oldest first
 * @throws `LEDGER_*`, `DATABASE_*`
 */
export async function lastTrustedOf(
  deps: JudgeDeps,
  volume: string,
  snapshots: readonly GatheredSnapshot[],
): Promise<string | undefined> {
  const subject = subjectOfTags([volumeTag(volume)]);
  if (subject === undefined) return undefined;
  const chain = await writtenSnapshots(deps.record, subject);
  const { trust } = await judgeChain(deps, chain);
  // A copy in this repository is what its first one is.
  const trusted = new Set(
    chain.flatMap(({ id, finished }) =>
      finished !== undefined && trust.get(id)?.trusted === true ? [finished.started] : [],
    ),
  );
  const isTrusted = ({ recorded }: GatheredSnapshot) => recorded !== undefined && trusted.has(recorded.started);
  return snapshots.filter(isTrusted).toSorted((a, b) => (b.position ?? 0) - (a.position ?? 0))[0]?.id;
}
