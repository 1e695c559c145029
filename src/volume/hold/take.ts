import { type ContainerRun, containerRun, pauseContainer, stopContainer } from '#base/engine/control.ts';
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
    const answer = method === 'pause' ? await pauseContainer(engine, run.id) : await stopContainer(engine, run);
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
