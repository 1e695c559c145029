import type { Advisories } from '#advisory/advisory.ts';
import type { RetentionReport, RetentionSettingsReport, SignsAccepted } from '#api/volume-retention-report.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import { actorOf } from '#app/home/actor.ts';
import { requireHome } from '#app/home/home.ts';
import { chosenRepository, openChosen } from '#app/volume/repositories/chosen-repository.ts';
import type { RepositorySettings } from '#app/volume/repositories/settings.ts';
import { applyRetention, type RetentionRun, type VolumeRetention } from '#app/volume/retention/apply-retention.ts';
import { pruneDays } from '#app/volume/retention/prune.ts';
import { setRetention } from '#app/volume/retention/set-retention.ts';
import { acceptSigns, recordedSigns } from '#app/volume/retention/signs-on-record.ts';
import { stacksOf } from '#app/volume/retention/stacks.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { terminal } from '#cli/terminal.ts';
import { engineOf, type VolumeFlags } from '#cli/volume/engine-of.ts';
import { retentionLines, settingsLines } from '#cli/volume/retention-lines.ts';
import { HoldfastError } from '#core/errors.ts';
import { count } from '#report/next-steps.ts';
import type { Decided } from '#volume/retention/decide.ts';
import { COUNTED_RULES, type CountedRule, parseWithin, type RetentionPolicy } from '#volume/retention/policy.ts';
import { NO_RETENTION, scopeText } from '#volume/retention/retention-settings.ts';
import type { VolumeSignsRaised } from '#volume/signs/events.ts';

export type RetentionShowFlags = Omit<VolumeFlags, 'engine'>;

/** Options of `holdfast volume retention set`. */
export interface RetentionSetFlags extends RetentionShowFlags, Readonly<Partial<Record<CountedRule, number>>> {
  readonly volume?: string;
  readonly stack?: string;
  readonly within?: string;
  readonly none?: true;
  readonly pruneAfter?: number;
}

/** Options of `holdfast volume retention preview` and `apply`. */
export interface RetentionRunFlags extends VolumeFlags {
  readonly volume?: string;
  readonly includeForeign?: true;
  readonly dryRun?: true;
  /** `--prune`, `--no-prune`, or neither. */
  readonly prune?: boolean;
  readonly list?: 'forgotten';
  /** A file of advisories, by which images are judged. */
  readonly advisories?: string;
}

/** `holdfast volume retention set`. */
export async function retentionSetCommand(flags: RetentionSetFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const { volume, stack, none, pruneAfter } = flags;
  const repo = chosenRepository(requireHome(environment), flags.repo);
  const policy = policyOf(flags);
  if (policy === undefined && none === undefined && pruneAfter === undefined) {
    throw new HoldfastError('USAGE', 'No rule is given', { kind: 'usage', hint: 'Such as --daily 7; or --none.' });
  }
  const name = volume ?? stack;
  const report = await onRecord(environment, async (record) => {
    const settings = await setRetention(
      { record, actor: actorOf(environment) },
      {
        repository: repo,
        scope: name === undefined ? { kind: 'default' } : { kind: volume === undefined ? 'stack' : 'volume', name },
        ...(policy === undefined && none === undefined ? {} : { policy }),
        ...(pruneAfter === undefined ? {} : { pruneAfterDays: pruneAfter }),
      },
    );
    return settingsReport(settings, (await recordedSigns(record, settings.id)).open);
  });
  const next = `What that means: holdfast volume retention preview --repo ${repo}`;
  await print(flags, report, () => [...settingsLines(report, terminal()), next]);
  return exitCodes.done;
}

function policyOf(flags: RetentionSetFlags): RetentionPolicy | undefined {
  const rules = COUNTED_RULES.flatMap((rule) => (flags[rule] === undefined ? [] : [[rule, flags[rule]] as const]));
  if (flags.within !== undefined) parseWithin(flags.within);
  if (rules.length === 0 && flags.within === undefined) return undefined;
  return { ...Object.fromEntries(rules), ...(flags.within === undefined ? {} : { within: flags.within }) };
}

/** `holdfast volume retention show`. */
export async function retentionShowCommand(flags: RetentionShowFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const report = await onRecord(environment, async (record) => {
    const { settings } = openChosen(record.home, flags.repo, environment);
    return settingsReport(settings, (await recordedSigns(record, settings.id)).open);
  });
  await print(flags, report, () => settingsLines(report, terminal()));
  return exitCodes.done;
}

/** `holdfast volume retention preview` and `apply`. */
export async function retentionRunCommand(flags: RetentionRunFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const progress = startProgress(false);
  let advisories: Advisories | undefined;
  try {
    const repo = chosenRepository(requireHome(environment), flags.repo);
    progress.step(`Looking through the snapshots in ${repo}`);
    const run = await onRecord(environment, async (record) => {
      const repository = openChosen(record.home, repo, environment);
      const connect = () => engineOf(flags, environment);
      const stackOf = await stacksOf(repository.settings.retention, connect, recordClock());
      advisories = await openDefaultAdvisories(flags.advisories, environment);
      const deps = { record, repository, actor: actorOf(environment), now: recordClock, stackOf, advisories };
      return applyRetention(deps, {
        ...(flags.volume === undefined ? {} : { volume: flags.volume }),
        dryRun: flags.dryRun === true,
        includeForeign: flags.includeForeign === true,
        prune: flags.prune === undefined ? 'due' : flags.prune ? 'now' : 'never',
      });
    });
    progress.done();
    printProblems(run.problems);
    const report = runReport(repo, flags, run);
    await print(flags, report, () => retentionLines(report, flags.list ?? 'all', terminal()));
    if (run.pruned === 'failed' || run.volumes.some(({ state }) => state === 'failed')) return exitCodes.failed;
    return run.pruned === 'paused' || run.volumes.some(({ signs }) => signs.state === 'raised')
      ? exitCodes.deny
      : exitCodes.done;
  } finally {
    advisories?.close();
    progress.done();
  }
}

/** Options of `holdfast volume signs accept`. */
export interface SignsAcceptFlags extends RetentionShowFlags {
  readonly reason: string;
}

/** `holdfast volume signs accept`. */
export async function signsAcceptCommand(
  volume: string,
  flags: SignsAcceptFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const report = await onRecord(environment, async (record): Promise<SignsAccepted> => {
    const repository = openChosen(record.home, flags.repo, environment);
    const accepted = await acceptSigns({ record, actor: actorOf(environment) }, repository, volume, flags.reason);
    return { volume, repository: repository.settings.name, snapshots: accepted.map(({ snapshot }) => snapshot) };
  });
  const what = count(report.snapshots.length, 'snapshot');
  await print(flags, report, () => [`Accepted the signs in ${what} of ${volume}; retention goes on.`]);
  return exitCodes.done;
}

function settingsReport(
  settings: RepositorySettings,
  open: ReadonlyMap<string, readonly VolumeSignsRaised[]>,
): RetentionSettingsReport {
  const { default: usual, volumes, stacks } = settings.retention ?? NO_RETENTION;
  return {
    ...{ repository: settings.name, default: usual ?? null, volumes, stacks },
    pruneAfterDays: pruneDays(settings),
    raised: [...open].map(([volume, all]) => ({ volume, snapshots: raisedReport(all) })),
  };
}

function runReport(repo: string, { dryRun }: RetentionRunFlags, run: RetentionRun): RetentionReport {
  return {
    ...{ repository: repo, dryRun: dryRun === true, volumes: run.volumes.map(volumeReport) },
    ...{ healed: run.healed, pruned: run.pruned, problems: run.problems.map((problem) => ({ ...problem })) },
  };
}

function volumeReport({ volume, state, policy, decision, signs, problem }: VolumeRetention) {
  const scope = policy.kind === 'policy' ? scopeText(policy.from) : policy.kind === 'none' ? null : 'unknown';
  return {
    ...{ volume, state, policy: policy.kind === 'policy' ? policy.policy : null, policyOf: scope },
    ...{ kept: decision.kept.map(decidedReport), forgotten: decision.forgotten.map(decidedReport) },
    signs: { state: signs.state, reason: signs.reason ?? null, raised: raisedReport(signs.raised) },
    problem: problem === undefined ? null : { ...problem },
  };
}

function decidedReport({ id, time, standing, reasons }: Decided) {
  return { snapshot: id, time, standing, reasons: reasons.map((reason) => ({ ...reason })) };
}

function raisedReport(raised: readonly VolumeSignsRaised[]) {
  return raised.map(({ snapshot, before, signs }) => ({ snapshot, before, signs }));
}

async function print({ format }: RetentionShowFlags, value: object, lines: () => readonly string[]): Promise<void> {
  await writeText(format === 'json' ? `${JSON.stringify(value, null, 2)}\n` : `${lines().join('\n')}\n`);
}
