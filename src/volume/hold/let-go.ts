import { setTimeout as sleep } from 'node:timers/promises';
import { startContainer, unpauseContainer } from '#base/engine/control.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { HeldContainer, HoldIntent, HoldStep } from '#volume/hold/hold-record.ts';
import type { HoldDeps } from '#volume/hold/hold-types.ts';
import type { OpenHold } from '#volume/hold/journal.ts';
import type { Progress } from '#volume/hold/progress.ts';
import { notReleased } from '#volume/hold/reconcile.ts';
import { type Released, releaseContainer } from '#volume/hold/release.ts';

/** An engine that went away is waited for that long; afterwards it is the watchdog's. */
const ENGINE_LIMIT_MS = 30_000;
const AGAIN_MS = 250;

/**
 * Releases in reverse order, then ends the hold in the journal. The result tells whether a watchdog had done it before:
 * `HOLD_OVERDUE`.
 * @throws `HOLD_NOT_RELEASED` when something could not be released; the journal keeps it
 */
export async function letGo(
  { engine, phase, journal }: HoldDeps,
  intent: HoldIntent,
  open: OpenHold,
  progress: Progress,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const held of [...intent.containers].reverse()) {
    const step = progress.steps.get(held.id);
    if (step === undefined || step === 'left') continue;
    if (!open.isOurs()) {
      open.leave();
      return [overdue()];
    }
    const released = await patiently(() => releaseOne(engine, intent, held, step));
    if (released.kind === 'failed') problems.push(notReleased(held.name, released.said, journal));
    else progress.reached(held.id, 'released');
    await phase?.('released');
  }
  await phase?.('before-clear');
  const [problem] = problems;
  if (problem !== undefined) {
    open.leave();
    throw new HoldfastError(problem.code, problem.message, { ...problem });
  }
  open.clear();
  await phase?.('cleared');
  return [];
}

/** What is known to be held needs no look before. */
async function releaseOne(
  engine: EngineControl,
  intent: HoldIntent,
  held: HeldContainer,
  step: HoldStep,
): Promise<Released> {
  if (step === 'held') {
    const order = intent.method === 'pause' ? unpauseContainer : startContainer;
    const { kind } = await order(engine, held.id);
    if (kind === 'done') return { kind: intent.method === 'pause' ? 'unpaused' : 'started' };
  }
  return releaseContainer(engine, intent, held, step);
}

/** Tries again while the engine does not answer, as while it is restarted. */
async function patiently(release: () => Promise<Released>): Promise<Released> {
  const begun = performance.now();
  for (;;) {
    try {
      return await release();
    } catch (error) {
      if (performance.now() - begun > ENGINE_LIMIT_MS) return { kind: 'failed', said: String(error) };
      await sleep(AGAIN_MS);
    }
  }
}

function overdue(): Problem {
  return {
    code: 'HOLD_OVERDUE',
    message: 'This process was too slow: its containers were released by its watchdog while it was at work',
  };
}
