import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { sourcePath, subjectOfTags } from '#app/volume/restore/subject.ts';
import type { GatheredSnapshot } from '#app/volume/retention/gather-snapshots.ts';
import type { LazyReader } from '#app/volume/retention/lazy-reader.ts';
import type { RecordedSigns } from '#app/volume/retention/signs-on-record.ts';
import { type Cache, directoryCache } from '#base/cache/directory-cache.ts';
import { HoldfastError } from '#core/errors.ts';
import { findNode } from '#volume/engines/restic/reader/browse.ts';
import { summariseChanges } from '#volume/engines/restic/reader/compare/summarise-changes.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import { type ChangeSummary, changeSummarySchema } from '#volume/signs/change-summary.ts';
import type { VolumeSignsRaised } from '#volume/signs/events.ts';
import { judgeChanges, LEAST_HISTORY } from '#volume/signs/judge.ts';
import { volumeTag } from '#volume/snapshot/tags.ts';

/** What is known of signs of ransomware in a volume’s snapshots. */
export interface VolumeSigns {
  readonly state: 'clear' | 'raised' | 'not-judged';
  /** Why it is not judged. */
  readonly reason?: string;
  /** All that are not accepted. */
  readonly raised: readonly VolumeSignsRaised[];
  /** Those of them that the record does not know yet. */
  readonly fresh: readonly VolumeSignsRaised[];
}

/** Changes that a volume is compared with at most. */
const MOST_HISTORY = 20;

/**
 * Judges all changes of a volume since it was thinned out last, each by those before it. Nothing is recorded.
 * @throws what reading the repository throws: of a damaged one nothing must be forgotten
 */
export async function judgeVolume(
  { settings, access }: Pick<OpenRepository, 'settings' | 'access'>,
  reader: LazyReader,
  volume: string,
  snapshots: readonly GatheredSnapshot[],
  onRecord: RecordedSigns,
): Promise<VolumeSigns> {
  const open = onRecord.open.get(volume) ?? [];
  const notJudged = (reason: string): VolumeSigns => ({
    state: open.length > 0 ? 'raised' : 'not-judged',
    ...{ reason, raised: open, fresh: [] },
  });
  const ours = snapshots
    .filter(({ recorded }) => recorded !== undefined)
    .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
    .slice(-MOST_HISTORY - 1);
  const judgedUpTo = onRecord.judgedUpTo.get(volume) ?? 0;
  const isNew = ({ id, position = 0 }: GatheredSnapshot) =>
    position > judgedUpTo && !onRecord.accepted.has(id) && !open.some(({ snapshot }) => snapshot === id);
  if (!ours.slice(1).some(isNew)) return { state: open.length > 0 ? 'raised' : 'clear', raised: open, fresh: [] };
  if (ours.length <= LEAST_HISTORY + 1) {
    return notJudged(`there are ${ours.length} snapshots on the record, and it takes ${LEAST_HISTORY + 2} to compare`);
  }
  if (!access.location.startsWith('/')) {
    return notJudged('only repositories in a directory of this machine can be looked into');
  }
  const cache = directoryCache(`${access.cacheDirectory}.changes`);
  try {
    const summaries: ChangeSummary[] = [];
    const fresh: VolumeSignsRaised[] = [];
    for (const [index, after] of ours.entries()) {
      const before = ours[index - 1];
      if (before === undefined) continue;
      const summary = await keptOrMade(cache, volume, before, after, reader);
      const judged = judgeChanges(summary, summaries);
      summaries.push(summary);
      if (judged.kind !== 'raised' || !isNew(after)) continue;
      fresh.push({
        ...{ volume, repository: { name: settings.name, id: settings.id }, snapshot: after.id, before: before.id },
        signs: judged.signs.map(({ kind, sentence, share, usual }) => ({
          ...{ kind, sentence, share: rounded(share), median: rounded(usual.median), spread: rounded(usual.spread) },
        })),
      });
    }
    const raised = [...open, ...fresh];
    return { state: raised.length > 0 ? 'raised' : 'clear', raised, fresh };
  } catch (error) {
    if (!(error instanceof HoldfastError) || !NO_DAMAGE.has(error.code)) throw error;
    return notJudged(error.message);
  }
}

/** What cannot be compared, though it is whole. */
const NO_DAMAGE: ReadonlySet<string> = new Set(['COMPARE_TOO_MUCH', 'SIGNS_NO_VOLUME']);

/** Of another version, figures may mean other things. */
const FORM = 1;

/** Trees never change, so that what was found once stays so. */
async function keptOrMade(
  cache: Cache,
  volume: string,
  before: GatheredSnapshot,
  after: GatheredSnapshot,
  reader: LazyReader,
): Promise<ChangeSummary> {
  const { files = 0, bytes = 0, dumps = [] } = before.recorded ?? {};
  // Beside the volume there are the manifest and the dumps.
  const filesBefore = Math.max(0, files - 1 - dumps.length);
  const key = JSON.stringify([FORM, volume, before.row.tree, after.row.tree, filesBefore, bytes]);
  const kept = parsed(cache.get(key));
  if (kept !== undefined) return kept;
  const repository = await reader.open();
  const made = await summariseChanges(repository, {
    before: await sourceTree(repository, volume, before),
    after: await sourceTree(repository, volume, after),
    ...{ filesBefore, bytesBefore: bytes },
  });
  cache.put(key, Buffer.from(JSON.stringify(made)));
  return made;
}

function parsed(bytes: Buffer | undefined): ChangeSummary | undefined {
  if (bytes === undefined) return undefined;
  try {
    return changeSummarySchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
}

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
  throw new HoldfastError('SIGNS_NO_VOLUME', `The snapshot ${row.id.slice(0, 8)} holds no directory of a volume`);
}

function rounded(share: number): number {
  return Math.round(share * 1000) / 1000;
}
