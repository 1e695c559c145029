import type { VolumeGuardReport } from '#api/volume-guard-report.ts';
import { actorOf } from '#app/home/actor.ts';
import { requireHome } from '#app/home/home.ts';
import { type FoundRollback, findRollback } from '#app/volume/guard/find-rollback.ts';
import {
  type GuardPlan,
  type GuardRequest,
  isToBeRun,
  type Kept,
  keepTargets,
  planGuard,
  readGuarded,
  recordGuard,
} from '#app/volume/guard/guard-command.ts';
import { guardEnvironment } from '#app/volume/guard/guard-environment.ts';
import { unkeptData } from '#app/volume/guard/unkept-data.ts';
import { reconcileVolumes } from '#app/volume/hold/reconcile-volumes.ts';
import { chosenRepository } from '#app/volume/repositories/chosen-repository.ts';
import { openRepository } from '#app/volume/repositories/open-repository.ts';
import { connectEngine, type EngineControl } from '#base/engine/engine.ts';
import { runInherited } from '#base/process/run-inherited.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes, reportError } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import type { VolumeFlags } from '#cli/volume/engine-of.ts';
import { followJob } from '#cli/volume/job-progress.ts';
import type { Problem } from '#core/errors.ts';
import { printable } from '#report/columns.ts';
import { discover } from '#volume/discover/discover.ts';

/** Options of `holdfast volume guard`. */
export interface GuardFlags extends Omit<VolumeFlags, 'repo'> {
  readonly repo?: string;
  readonly stack?: readonly string[];
  readonly volume?: readonly string[];
  readonly images?: true;
  readonly evenWithoutSnapshot?: true;
  readonly dryRun?: true;
}

const NOTHING: Kept = { snapshots: [], images: [], problems: [] };

/** `holdfast volume guard`. */
export async function guardCommand(
  argv: readonly string[],
  flags: GuardFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const { stack: stacks = [], volume: volumes = [], engine: address } = flags;
  const plain: GuardRequest = { argv, stacks, volumes, directory: process.cwd(), environment };
  const command = readGuarded(plain);
  const environments = guardEnvironment(command, environment, address);
  const request = { ...plain, environment: environments.child };
  const repository = chosenRepository(requireHome(environment), flags.repo);
  const engine = await connectEngine(environments.engine);
  const plan = await planGuard(engine, request, command, recordClock());
  printProblems(plan.problems);
  const look = () => discover(engine, { layers: true, contents: false, now: recordClock() });
  const { lost, problems } = await unkeptData(look, plan.words, plan.containers);
  printProblems(problems);
  if (flags.dryRun) {
    if (lost !== undefined) printProblems([lost]);
    await tell(flags, plan, NOTHING, null, { line: '', notes: [] }, [
      ...problems,
      ...(lost === undefined ? [] : [lost]),
    ]);
    return exitCodes.done;
  }
  // Nothing is taken for a command that is not run.
  const isRefused = lost !== undefined && !flags.evenWithoutSnapshot;
  const taken = isRefused ? NOTHING : await keep(plan, engine, repository, environment);
  const kept = lost === undefined ? taken : { ...taken, failed: taken.failed ?? lost };
  printProblems(kept.problems);
  if (kept.failed !== undefined) {
    const { code, message } = kept.failed;
    const isRun = isToBeRun(kept, flags.evenWithoutSnapshot === true);
    const then = isRun ? 'it is run all the same' : 'it was not run';
    const more = kept.failed.hint === undefined ? '' : `  ${kept.failed.hint}\n`;
    const hint = flags.evenWithoutSnapshot ? '' : `${more}  --even-without-snapshot runs it all the same.\n`;
    process.stderr.write(`holdfast: ${printable(message)}; ${then} [${code}]\n${hint}`);
    if (!isRun) {
      await tell(flags, plan, kept, null, { line: '', notes: [] }, [...problems, kept.failed]);
      return exitCodes.failed;
    }
  }
  const exitCode = await runInherited(argv, environments.child);
  try {
    await onRecord(environment, (record) =>
      recordGuard(record, actorOf(environment), plan, kept, repository, exitCode),
    );
    const wish = { repository, images: flags.images === true, ...(address === undefined ? {} : { address }) };
    const rollback = await findRollback(engine, plan, kept, wish, recordClock());
    await tell(flags, plan, kept, exitCode, rollback, [
      ...problems,
      ...(kept.failed === undefined ? [] : [kept.failed]),
    ]);
  } catch (error) {
    // The command was run: its own exit code is what counts.
    reportError(error);
  }
  return exitCode;
}

async function keep(
  plan: GuardPlan,
  engine: EngineControl,
  name: string,
  environment: NodeJS.ProcessEnv,
): Promise<Kept> {
  if (plan.targets.length === 0) return { ...NOTHING };
  const progress = startProgress(false);
  try {
    // What a run that died held is released before anything else.
    const { problems } = await reconcileVolumes(environment);
    printProblems(problems.map(({ code, message }) => ({ code, message })));
    return await onRecord(environment, (record, actor) => {
      const repository = openRepository(record.home, name, environment);
      const step = (text: string) => progress.step(text);
      const deps = { record, repository, engine, environment, actor, now: recordClock };
      return keepTargets({ ...deps, step, progress: followJob(progress) }, plan);
    });
  } finally {
    progress.done();
  }
}

async function tell(
  { format, dryRun }: GuardFlags,
  { words, targets, problems: planned }: GuardPlan,
  kept: Kept,
  exitCode: number | null,
  { line, notes }: FoundRollback,
  problems: readonly Problem[],
): Promise<void> {
  if (format === 'json') {
    const report: VolumeGuardReport = {
      ...{ command: words, exitCode, rollback: line, notes: [...notes] },
      targets: targets.map(({ kind, name }) => ({ kind, name })),
      snapshots: kept.snapshots.map((snapshot) => ({ ...snapshot })),
      problems: [...planned, ...kept.problems, ...problems].map((problem) => ({ ...problem })),
    };
    await writeText(`${JSON.stringify(report)}\n`);
    return;
  }
  const names = targets.map(({ kind, name }) => (kind === 'stack' ? `the stack ${name}` : name)).join(', ');
  if (dryRun) {
    const what = targets.length === 0 ? 'nothing that is there' : names;
    await writeText(`Would keep ${printable(what)}, and then run ${printable(words)}.\n`);
    return;
  }
  if (exitCode === null) return;
  const lines = [...notes, ...(line === '' ? ['Nothing was there to be kept.'] : [`To roll back: ${line}`])];
  process.stderr.write(`${lines.map((one) => `holdfast: ${printable(one)}`).join('\n')}\n`);
}
