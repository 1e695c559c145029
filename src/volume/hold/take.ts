import { setTimeout as sleep } from 'node:timers/promises';
import { type ContainerRun, containerRun, type Ordered, pauseContainer, stopContainer } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import type { Problem } from '#core/errors.ts';
import type { HoldMethod } from '#volume/hold/hold-record.ts';
import type { HoldDeps, LeftContainer } from '#volume/hold/hold-types.ts';
import type { Progress } from '#volume/hold/progress.ts';
import { containerGone, leftOf, refusal } from '#volume/hold/targets.ts';

/** What came of asking for all of them. */
export interface Taken {
  readonly held: readonly ContainerRun[];
  readonly left: readonly LeftContainer[];
  readonly disturbances: readonly Problem[];
  /** Not empty: the rest was not asked for. */
  readonly problems: readonly Problem[];
}

const BUSY_TRIES = 5;
const BUSY_PAUSE_MS = 100;

/** With version 1 of control groups, a container that makes processes all the time may not come to rest at the first try. */
async function paused(engine: EngineControl, id: string, stopped: AbortSignal): Promise<Ordered> {
  for (let tries = 1; ; tries += 1) {
    const answer = await pauseContainer(engine, id);
    if (answer.kind !== 'refused' || !/busy|unable to freeze/i.test(answer.said)) return answer;
    if (tries >= BUSY_TRIES || stopped.aborted) return answer;
    await sleep(BUSY_PAUSE_MS);
  }
}

/** Asks for one container after the other, until `stopped`. @throws `FILE_NOT_WRITTEN`, and what the engine throws */
export async function takeAll(
  { engine, phase }: HoldDeps,
  method: HoldMethod,
  runs: readonly ContainerRun[],
  progress: Progress,
  stopped: AbortSignal,
): Promise<Taken> {
  const held: ContainerRun[] = [];
  const left: LeftContainer[] = [];
  const disturbances: Problem[] = [];
  for (const run of runs) {
    if (stopped.aborted) break;
    progress.asking(run.id);
    await phase?.('asking');
    const answer = method === 'pause' ? await paused(engine, run.id, stopped) : await stopContainer(engine, run);
    await phase?.('asked');
    if (answer.kind === 'done') {
      progress.reached(run.id, 'held');
      held.push(run);
      await phase?.('held');
      continue;
    }
    const now = answer.kind === 'gone' ? undefined : await containerRun(engine, run.id);
    if (now?.state === 'running' || now?.state === 'restarting') {
      // The order may have been given all the same: it stays `asking`.
      const why = answer.kind === 'refused' ? answer.said : 'it was started anew';
      return { held, left, disturbances, problems: [refusal(run.name, why)] };
    }
    progress.reached(run.id, 'left');
    if (now === undefined) disturbances.push(containerGone(run.name));
    else left.push(leftOf(now));
  }
  return { held, left, disturbances, problems: [] };
}
