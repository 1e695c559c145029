import { commandsDirectory, oweCommands } from '#app/volume/snapshot/around/command-journal.ts';
import { type CommandLimits, type LabelledCommand, runCommand } from '#app/volume/snapshot/around/run-command.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { thisProcess } from '#volume/hold/holder.ts';
import type { PlannedCommand } from '#volume/plan/volume-plan.ts';
import type { PlannedWriter } from '#volume/snapshot/choose.ts';

export interface AroundDeps {
  readonly engine: EngineControl;
  readonly environment: NodeJS.ProcessEnv;
  readonly now: () => Date;
  /** Whoever waits for it does so no longer: commands before are not waited for, and those after are run. */
  readonly signal?: AbortSignal;
  /** Told of what went wrong and ended nothing. */
  readonly tell: (problem: Problem) => void;
}

/** Whoever has asked for the end waits no longer for each of them. */
const HURRIED_MS = 60_000;

/**
 * Runs the commands that labels ask for: those before, one after the other in the order given, then the work, then those
 * after, in the reverse order, however the work and the others went. Those after are written down first, so that they are
 * run by the next `reconcile` when this process dies; they may run twice then. One that fails before ends it, unless its
 * container's plan lets it; one that fails afterwards is a problem.
 * @throws `SNAPSHOT_COMMAND_FAILED`, what the engine throws, and what `work` throws
 */
export async function aroundSnapshot<T>(
  deps: AroundDeps,
  running: readonly PlannedWriter[],
  work: () => Promise<T>,
): Promise<T> {
  const { engine, environment, now, signal, tell } = deps;
  const after = [...running]
    .reverse()
    .flatMap(({ container, plan }) => plan.after.map((command) => labelled(container, command)));
  const settle =
    after.length === 0
      ? () => undefined
      : await oweCommands(commandsDirectory(environment), {
          ...{ engine: engine.address, holder: thisProcess(), at: now().toISOString(), after },
        });
  try {
    for (const { container, plan } of running) {
      for (const command of plan.before) {
        try {
          await runCommand(engine, labelled(container, command), signal === undefined ? {} : { signal });
        } catch (error) {
          signal?.throwIfAborted();
          if (!plan.beforeMayFail) throw error;
          tell(problemOf(error));
        }
      }
    }
    return await work();
  } finally {
    const limits = signal?.aborted === true ? { limitMs: HURRIED_MS } : {};
    for (const problem of await runAfter(engine, after, limits)) tell(problem);
    settle();
  }
}

/** Runs what is owed; one that fails keeps no other from being run. */
export async function runAfter(
  engine: EngineControl,
  after: readonly LabelledCommand[],
  limits: CommandLimits = {},
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const command of after) {
    try {
      await runCommand(engine, command, limits);
    } catch (error) {
      const { message, ...problem } = problemOf(error);
      problems.push({ ...problem, message: `After the snapshot: ${message}` });
    }
  }
  return problems;
}

function labelled(
  { id, name }: { readonly id: string; readonly name: string },
  command: PlannedCommand,
): LabelledCommand {
  return { container: id, name, ...command };
}
