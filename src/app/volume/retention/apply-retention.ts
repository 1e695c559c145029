import type { Advisories } from '#advisory/advisory.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { forgetSnapshots, healRetention } from '#app/volume/retention/forget-snapshots.ts';
import { type GatheredSnapshot, gatherSnapshots } from '#app/volume/retention/gather-snapshots.ts';
import { judgeVolume, type VolumeSigns } from '#app/volume/retention/judge-volume.ts';
import { lastTrustedOf } from '#app/volume/retention/last-trusted.ts';
import { lazyReader } from '#app/volume/retention/lazy-reader.ts';
import { isPruneDue, type PruneWish, pruneRepository } from '#app/volume/retention/prune.ts';
import { recordedSigns } from '#app/volume/retention/signs-on-record.ts';
import { takeLock } from '#base/files/lock-file.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { decideRetention, type RetentionDecision } from '#volume/retention/decide.ts';
import { NO_RETENTION, type PolicyFound, policyFor, type StackOf } from '#volume/retention/retention-settings.ts';
import { targetStream } from '#volume/snapshot/tags.ts';

/** What retention works with. */
export interface RetentionDeps {
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  readonly actor: string;
  readonly now: () => Date;
  readonly stackOf: StackOf;
  /** By which images are judged. */
  readonly advisories: Advisories | undefined;
}

export interface RetentionWish {
  /** Only this one; all volumes in the repository without it. */
  readonly volume?: string;
  /** Nothing is forgotten, removed or recorded. */
  readonly dryRun: boolean;
  /** Also snapshots that the record does not know. */
  readonly includeForeign: boolean;
  readonly prune: PruneWish;
}

/** What became, or would become, of a volume’s snapshots. */
export interface VolumeRetention {
  readonly volume: string;
  /**
   * `done`: what `forgotten` lists is forgotten, or would be. `keeps-all`: there is no policy. `paused`: signs of ransomware
   * are raised. `failed`: see the problem; nothing, or not all, was forgotten.
   */
  readonly state: 'done' | 'keeps-all' | 'paused' | 'failed';
  readonly policy: PolicyFound;
  readonly decision: RetentionDecision;
  readonly signs: VolumeSigns;
  readonly problem?: Problem;
}

export interface RetentionRun {
  readonly volumes: readonly VolumeRetention[];
  /** Records of runs that died were completed. */
  readonly healed: number;
  /** `paused`: it was due or asked for, but signs of ransomware are raised. */
  readonly pruned: 'no' | 'done' | 'paused' | 'failed';
  readonly problems: readonly Problem[];
}

/**
 * Keeps of each volume what its policy says, and forgets the rest: after looking for signs of ransomware, and never the
 * newest good snapshot, the last trusted one, or what the record does not know. Then removes data that no snapshot needs,
 * when that is due or asked for. The container engine has no part in it.
 * @throws `RETENTION_BUSY`, `SNAPSHOT_UNKNOWN` for a volume without snapshots, `RESTIC_*`, `LEDGER_*`, `DATABASE_*`
 */
export async function applyRetention(deps: RetentionDeps, wish: RetentionWish): Promise<RetentionRun> {
  if (wish.dryRun) return run(deps, wish);
  const { name } = deps.repository.settings;
  const lock = takeLock(`${deps.repository.access.lockPath}.retention`);
  if (lock === undefined) {
    throw new HoldfastError('RETENTION_BUSY', `Another run works on the retention of ${name}`, {
      hint: 'Wait for it. Nothing was done.',
    });
  }
  try {
    return await run(deps, wish);
  } finally {
    lock.release();
  }
}

async function run(deps: RetentionDeps, wish: RetentionWish): Promise<RetentionRun> {
  const { record, repository, now } = deps;
  const { volumes: all, ids } = await gatherSnapshots(record, repository);
  if (wish.volume !== undefined && !all.has(wish.volume)) {
    throw new HoldfastError('SNAPSHOT_UNKNOWN', `${repository.settings.name} has no snapshots of ${wish.volume}`, {
      kind: 'usage',
      hint: 'holdfast volume snapshots lists what there is.',
    });
  }
  const healed = wish.dryRun ? 0 : await healRetention(deps, ids);
  const onRecord = await recordedSigns(record, repository.settings.id);
  const names = wish.volume === undefined ? [...all.keys()].sort() : [wish.volume];
  const volumes: VolumeRetention[] = [];
  const reader = lazyReader(repository);
  try {
    for (const volume of names) {
      const judge = (snapshots: readonly GatheredSnapshot[]) =>
        judgeVolume(repository, reader, volume, snapshots, onRecord);
      const planned = await plan(deps, wish, volume, all.get(volume) ?? [], judge);
      volumes.push(wish.dryRun ? planned : await carryOut(deps, planned));
    }
  } finally {
    await reader.close();
  }
  if (wish.dryRun) return { volumes, healed, pruned: 'no', problems: [] };
  const problems: Problem[] = [];
  const isWanted = wish.prune === 'now' || (wish.prune === 'due' && (await isPruneDue(deps, now())));
  const isRaised = onRecord.open.size > 0 || volumes.some(({ signs }) => signs.state === 'raised');
  let pruned: RetentionRun['pruned'] = isWanted ? (isRaised ? 'paused' : 'done') : 'no';
  if (pruned === 'done') {
    try {
      await pruneRepository(deps);
    } catch (error) {
      pruned = 'failed';
      problems.push(problemOf(error));
    }
  }
  return { volumes, healed, pruned, problems };
}

async function plan(
  deps: RetentionDeps,
  { includeForeign }: RetentionWish,
  volume: string,
  snapshots: readonly GatheredSnapshot[],
  judge: (snapshots: readonly GatheredSnapshot[]) => Promise<VolumeSigns>,
): Promise<VolumeRetention> {
  const recorded = snapshots.findLast((one) => one.recorded?.stack !== undefined)?.recorded?.stack;
  const settings = deps.repository.settings.retention ?? NO_RETENTION;
  const policy = policyFor(settings, volume, () => deps.stackOf(volume, recorded));
  const question = { snapshots: snapshots.map(asQuestion), now: deps.now(), includeForeign };
  const keepAll = decideRetention({ ...question, policy: {}, signsRaised: false });
  try {
    const signs = await judge(snapshots);
    if (policy.kind !== 'policy') return { volume, state: 'keeps-all', policy, decision: keepAll, signs };
    const signsRaised = signs.state === 'raised';
    const judges = { record: deps.record, advisories: deps.advisories, now: deps.now() };
    const lastTrusted = await lastTrustedOf(judges, volume, snapshots);
    const decision = decideRetention({
      ...{ ...question, policy: policy.policy, signsRaised },
      ...(lastTrusted === undefined ? {} : { lastTrusted }),
    });
    return { volume, state: signsRaised ? 'paused' : 'done', policy, decision, signs };
  } catch (error) {
    const problem = problemOf(error);
    const signs: VolumeSigns = { state: 'not-judged', reason: problem.message, raised: [], fresh: [] };
    return { volume, state: 'failed', policy, decision: keepAll, signs, problem };
  }
}

function asQuestion({ row: _, recorded: __, ...snapshot }: GatheredSnapshot) {
  return snapshot;
}

async function carryOut(deps: RetentionDeps, planned: VolumeRetention): Promise<VolumeRetention> {
  const { record, actor } = deps;
  const { volume, policy, decision, signs } = planned;
  for (const { compared, raised } of signs.fresh) {
    const counted = { type: 'volume.compared', data: compared };
    const events =
      raised === undefined ? ([counted] as const) : ([counted, { type: 'volume.signs-raised', data: raised }] as const);
    // One snapshot raises its signs once.
    const key = `compared:${compared.repository.id}:${compared.snapshot}`;
    await record.ledger.append({ stream: targetStream(volume), events, actor, key });
  }
  if (planned.state !== 'done' || policy.kind !== 'policy' || decision.forgotten.length === 0) return planned;
  try {
    const ids = decision.forgotten.map(({ id }) => id);
    await forgetSnapshots(deps, volume, ids, policy.policy);
    return planned;
  } catch (error) {
    return { ...planned, state: 'failed', problem: problemOf(error) };
  }
}
