import { type ContainerRun, containerRun } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import type { HoldMethod } from '#volume/hold/hold-record.ts';
import type { LeftContainer } from '#volume/hold/hold-types.ts';

/** What is to be held, as the engine shows it now. */
export interface Targets {
  /** In the order given. */
  readonly running: readonly ContainerRun[];
  readonly left: readonly LeftContainer[];
  /** `HOLD_CONTAINER_GONE`. */
  readonly disturbances: readonly Problem[];
}

/** Looks at containers by id or name, each once. @throws what the engine throws */
export async function inspectTargets(engine: EngineControl, targets: readonly string[]): Promise<Targets> {
  const seen = await Promise.all(targets.map((target) => containerRun(engine, target)));
  const gone = targets.filter((_, at) => seen[at] === undefined);
  const found = new Map(seen.flatMap((run) => (run === undefined ? [] : [[run.id, run] as const])));
  const runs = [...found.values()];
  return {
    running: runs.filter(isRunning),
    left: runs.filter((run) => !isRunning(run)).map(leftOf),
    disturbances: gone.map(containerGone),
  };
}

function isRunning({ state }: ContainerRun): boolean {
  return state === 'running' || state === 'restarting';
}

/** A container that is not held. */
export function leftOf({ id, name, state, startedAt }: ContainerRun): LeftContainer {
  return { id, name, state, startedAt };
}

/** Why some of them cannot be held: `HOLD_REFUSED`, `HOLD_WOULD_REMOVE`. */
export function refusalsOf(method: HoldMethod, { running }: Targets): readonly Problem[] {
  return running.flatMap((run): Problem[] => {
    if (run.state === 'restarting') return [refusal(run.name, 'it is being restarted again and again')];
    if (method === 'pause' || !run.removedAtEnd) return [];
    return [
      {
        code: 'HOLD_WOULD_REMOVE',
        message: `${run.name} was started with --rm: stopping it would remove it, and its anonymous volumes with it`,
        hint: 'Let it be paused instead.',
      },
    ];
  });
}

/** A container that the engine does not hold. */
export function refusal(name: string, why: string): Problem {
  return { code: 'HOLD_REFUSED', message: `${name} cannot be held: ${why}` };
}

/** A container that was removed. */
export function containerGone(name: string): Problem {
  return { code: 'HOLD_CONTAINER_GONE', message: `${name} was removed before it could be held` };
}

/** What does not stand as it stood when it was held, or left: then not everything stood still. `HOLD_BROKEN` */
export async function compareStates(
  engine: EngineControl,
  method: HoldMethod,
  held: readonly ContainerRun[],
  left: readonly LeftContainer[],
): Promise<readonly Problem[]> {
  const state = method === 'pause' ? 'paused' : 'exited';
  const expected = [...held.map((run): LeftContainer => ({ ...leftOf(run), state })), ...left];
  const compared = await Promise.all(
    expected.map(async (one): Promise<Problem[]> => {
      try {
        const now = await containerRun(engine, one.id);
        if (now?.state === one.state && now.startedAt === one.startedAt) return [];
        if (now === undefined) return [broken(one.name, 'it was removed')];
        if (now.startedAt !== one.startedAt) return [broken(one.name, 'it was started anew')];
        return [broken(one.name, `it was ${one.state}, and is ${now.state}`)];
      } catch (error) {
        return [broken(one.name, `the engine does not tell how it is (${String(error)})`)];
      }
    }),
  );
  return compared.flat();
}

function broken(name: string, why: string): Problem {
  return { code: 'HOLD_BROKEN', message: `${name} did not stand still all the time: ${why}` };
}
