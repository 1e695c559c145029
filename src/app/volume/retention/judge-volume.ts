import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { sourcePath, subjectOfTags } from '#app/volume/restore/subject.ts';
import type { GatheredSnapshot } from '#app/volume/retention/gather-snapshots.ts';
import type { LazyReader } from '#app/volume/retention/lazy-reader.ts';
import { MOST_HISTORY, type RecordedSigns } from '#app/volume/retention/signs-on-record.ts';
import { HoldfastError } from '#core/errors.ts';
import { findNode } from '#volume/engines/restic/reader/browse.ts';
import { summariseChanges } from '#volume/engines/restic/reader/compare/summarise-changes.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import type { ChangeSummary } from '#volume/signs/change-summary.ts';
import type { VolumeCompared, VolumeSignsRaised } from '#volume/signs/events.ts';
import { judgeChanges, type Sign } from '#volume/signs/judge.ts';
import { volumeTag } from '#volume/snapshot/tags.ts';

/** What is known of signs of ransomware in a volume’s snapshots. */
export interface VolumeSigns {
  readonly state: 'clear' | 'raised' | 'not-judged';
  /** Why it is not judged. */
  readonly reason?: string;
  /** All that are not accepted. */
  readonly raised: readonly VolumeSignsRaised[];
  /** What the record does not know yet: changes that were counted, and those of them that raised signs. */
  readonly fresh: readonly { readonly compared: VolumeCompared; readonly raised?: VolumeSignsRaised }[];
}

/**
 * Judges all changes of a volume since those that are on the record, each by those before it. Nothing is recorded.
 * @throws what reading the repository throws: of a damaged one nothing must be forgotten
 */
export async function judgeVolume(
  { settings }: Pick<OpenRepository, 'settings'>,
  reader: LazyReader,
  volume: string,
  snapshots: readonly GatheredSnapshot[],
  onRecord: RecordedSigns,
): Promise<VolumeSigns> {
  const open = onRecord.open.get(volume) ?? [];
  const history = onRecord.history.get(volume) ?? [];
  const fresh: { compared: VolumeCompared; raised?: VolumeSignsRaised }[] = [];
  const found = (reason?: string): VolumeSigns => {
    const raised = [...open, ...fresh.flatMap((one) => (one.raised === undefined ? [] : [one.raised]))];
    const state = raised.length > 0 ? 'raised' : reason === undefined ? 'clear' : 'not-judged';
    return { state, ...(reason === undefined ? {} : { reason }), raised, fresh };
  };
  const comparedUpTo = history.at(-1)?.position ?? 0;
  const pairs = pairsOf(snapshots).filter(({ after }) => (after.position ?? 0) > comparedUpTo);
  if (pairs.length === 0) {
    return found(history.length > 0 ? reasonOf(history.at(-1)) : 'there is only one snapshot of it on the record');
  }
  const repository = await reader.open();
  let reason: string | undefined;
  for (const { before, after } of pairs) {
    const changes = await changesOf(repository, volume, before, after);
    if (typeof changes === 'string') {
      reason = changes;
      continue;
    }
    const earlier = [...history, ...fresh.map(({ compared }) => compared)].slice(-MOST_HISTORY);
    const judged = judgeChanges(
      changes,
      earlier.map((one) => one.changes),
    );
    const about = {
      volume,
      repository: { name: settings.name, id: settings.id },
      snapshot: after.id,
      before: before.id,
    };
    const compared = { ...about, position: after.position ?? 0, judged: judged.kind, changes };
    reason = judged.kind === 'not-judged' ? judged.reason : undefined;
    if (judged.kind === 'raised') fresh.push({ compared, raised: { ...about, signs: judged.signs.map(figures) } });
    else fresh.push({ compared });
  }
  return found(reason);
}

interface Pair {
  readonly before: GatheredSnapshot;
  readonly after: GatheredSnapshot;
}

/** Each snapshot that the record knows with the one before, in the order of the record; the last ones. */
function pairsOf(snapshots: readonly GatheredSnapshot[]): readonly Pair[] {
  const ours = snapshots
    .filter(({ recorded }) => recorded !== undefined)
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
    .slice(-MOST_HISTORY - 1);
  return ours.flatMap((after, index) => {
    const before = ours[index - 1];
    return before === undefined ? [] : [{ before, after }];
  });
}

function reasonOf(last: VolumeCompared | undefined): string | undefined {
  return last?.judged === 'not-judged' ? 'there were too few earlier changes to compare the last one with' : undefined;
}

/** What changed, or why it cannot be told, though all is whole. */
async function changesOf(
  repository: ResticRepository,
  volume: string,
  before: GatheredSnapshot,
  after: GatheredSnapshot,
): Promise<ChangeSummary | string> {
  const { files = 0, bytes = 0, dumps = [] } = before.recorded ?? {};
  try {
    return await summariseChanges(repository, {
      before: await sourceTree(repository, volume, before),
      after: await sourceTree(repository, volume, after),
      // Beside the volume there are the manifest and the dumps.
      filesBefore: Math.max(0, files - 1 - dumps.length),
      bytesBefore: bytes,
    });
  } catch (error) {
    if (error instanceof HoldfastError && NO_DAMAGE.has(error.code)) return error.message;
    throw error;
  }
}

const NO_DAMAGE: ReadonlySet<string> = new Set(['COMPARE_TOO_MUCH', 'SIGNS_NO_VOLUME']);

/** The tree of the volume’s own directory: manifest and dumps, which are others each time, lie beside it. */
async function sourceTree(
  repository: ResticRepository,
  volume: string,
  { row }: GatheredSnapshot,
): Promise<string | undefined> {
  const subject = subjectOfTags([volumeTag(volume)]);
  const source = subject === undefined ? undefined : sourcePath(row, subject);
  const node = source === undefined ? undefined : await findNode(repository, row.tree, source);
  if (node?.subtree !== undefined) return node.subtree;
  throw new HoldfastError('SIGNS_NO_VOLUME', `the snapshot ${row.id.slice(0, 8)} holds no directory of it`);
}

function figures({ kind, sentence, share, usual }: Sign) {
  return { kind, sentence, share: rounded(share), median: rounded(usual.median), spread: rounded(usual.spread) };
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}
