import { actorOf } from '#app/home/actor.ts';
import { reconcileVolumes } from '#app/volume/hold/reconcile-volumes.ts';
import { openChosen } from '#app/volume/repositories/chosen-repository.ts';
import { everything, type TakenTargets, type Target, takeTargets } from '#app/volume/snapshot/take-all.ts';
import { takeSnapshot } from '#app/volume/snapshot/take-snapshot.ts';
import type { TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';
import { takeStack } from '#app/volume/stack/take-stack.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { onRecord } from '#cli/on-record.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { type Progress, startProgress } from '#cli/progress.ts';
import { engineOf, type VolumeFlags } from '#cli/volume/engine-of.ts';
import { followJob } from '#cli/volume/job-progress.ts';
import { snapshotReport, snapshotText, targetsReport, targetsText } from '#cli/volume/snapshot-report.ts';
import { HoldfastError } from '#core/errors.ts';
import { listVolumes } from '#volume/discover/engine/list-volumes.ts';
import { isShortName, wholeName } from '#volume/snapshot/whole-name.ts';

export interface SnapshotFlags extends VolumeFlags {
  readonly stack?: readonly string[];
  readonly bind?: readonly string[];
  readonly all?: boolean;
}

/** `holdfast volume snapshot`. */
export async function snapshotCommand(
  volumes: readonly string[],
  flags: SnapshotFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const asked = targetsOf(volumes, flags);
  const progress = startProgress(false);
  try {
    // What a run that died held is released before anything else.
    const { problems } = await reconcileVolumes(environment);
    printProblems(problems.map(({ code, message }) => ({ code, message })));
    return await onRecord(environment, async (record) => {
      const repository = openChosen(record.home, flags.repo, environment);
      const engine = await engineOf(flags, environment);
      const actor = actorOf(environment);
      const named = await wholeNames(engine, asked);
      const tell: TakeSnapshotDeps['tell'] = (problem) => printProblems([problem]);
      const following = { tell, progress: followJob(progress) };
      const deps = { record, repository, engine, environment, actor, now: recordClock, ...following };
      const [only, ...more] = named;
      return flags.all !== true && only?.kind === 'target' && more.length === 0
        ? takeOne(deps, only.name, flags, progress)
        : takeSeveral(deps, flags.all === true ? await everything(deps) : named, flags, progress);
    });
  } finally {
    progress.done();
  }
}

/** @throws `USAGE` */
function targetsOf(
  volumes: readonly string[],
  { stack = [], bind = [], all = false }: SnapshotFlags,
): readonly Target[] {
  const wrong = bind.find((path) => !path.startsWith('/')) ?? volumes.find((name) => name.startsWith('/'));
  if (wrong !== undefined) {
    throw new HoldfastError('USAGE', `${JSON.stringify(wrong.slice(0, 200))} is given as what it is not`, {
      kind: 'usage',
      hint: 'Volumes go by their names, directories of the host by --bind with an absolute path.',
    });
  }
  const targets = [
    ...stack.map((name): Target => ({ kind: 'stack', name })),
    ...[...volumes, ...bind].map((name): Target => ({ kind: 'target', name })),
  ];
  if (all === (targets.length === 0))
    return [...new Map(targets.map((one) => [`${one.kind} ${one.name}`, one])).values()];
  throw new HoldfastError('USAGE', all ? '--all is all there is' : 'There is nothing to take', {
    kind: 'usage',
    hint: 'Name volumes, or give --stack NAME, --bind PATH or --all; --all stands alone.',
  });
}

/** Anonymous volumes go by the beginning of their names, too. @throws `ENGINE_*` */
async function wholeNames(engine: EngineControl, targets: readonly Target[]): Promise<readonly Target[]> {
  if (!targets.some(({ kind, name }) => kind === 'target' && isShortName(name))) return targets;
  const names = (await listVolumes(engine)).map(({ name }) => name);
  return targets.map((one) => (one.kind === 'target' ? { ...one, name: wholeName(one.name, names) } : one));
}

async function takeOne(
  deps: TakeSnapshotDeps,
  name: string,
  flags: SnapshotFlags,
  progress: Progress,
): Promise<number> {
  progress.step(`Snapshot of ${name}`);
  const taken = await takeSnapshot(deps, name);
  progress.done();
  printProblems(taken.problems);
  const report = snapshotReport(taken);
  await writeText(flags.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : snapshotText(report));
  return taken.complete ? exitCodes.done : exitCodes.failed;
}

async function takeSeveral(
  deps: TakeSnapshotDeps,
  targets: readonly Target[],
  flags: SnapshotFlags,
  progress: Progress,
): Promise<number> {
  const [only, ...more] = targets;
  if (only?.kind === 'stack' && more.length === 0) {
    progress.step(`Snapshot of the stack ${only.name}`);
    return tellSeveral({ snapshots: [], stacks: [await takeStack(deps, only.name)], failed: [] }, flags, progress);
  }
  const taken = await takeTargets(deps, targets, ({ kind, name }) =>
    progress.step(`Snapshot of ${kind === 'stack' ? 'the stack ' : ''}${name}`),
  );
  return tellSeveral(taken, flags, progress);
}

async function tellSeveral(taken: TakenTargets, flags: SnapshotFlags, progress: Progress): Promise<number> {
  progress.done();
  const { snapshots, stacks, failed } = taken;
  printProblems(
    [...snapshots, ...stacks.flatMap((stack) => [stack, ...stack.snapshots])].flatMap((one) => one.problems),
  );
  for (const { name, problem } of failed) printProblems([{ ...problem, message: `${name}: ${problem.message}` }]);
  const report = targetsReport(taken);
  await writeText(flags.format === 'json' ? `${JSON.stringify(report, null, 2)}\n` : targetsText(report));
  return failed.length === 0 && [...snapshots, ...stacks].every(({ complete }) => complete)
    ? exitCodes.done
    : exitCodes.failed;
}
