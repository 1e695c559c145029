// A process of its own that holds containers: hold-worker.ts PLAN, a JSON text. It prints its outcome, and `working` when
// all is held; a plan may have it killed where it comes to a phase. SIGUSR2 ends its work before its time.
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdDeps } from '#app/volume/hold/holds.ts';
import { connectEngine } from '#base/engine/engine.ts';
import { HoldfastError } from '#core/errors.ts';
import { holdContainers } from '#volume/hold/hold.ts';
import type { HoldPhase } from '#volume/hold/hold-types.ts';

/** What the worker is to do. */
export interface HoldPlan {
  /** The built program, for the watchdog. */
  readonly program: string;
  readonly targets: readonly string[];
  readonly method: 'pause' | 'stop';
  readonly capMs?: number;
  readonly waitMs?: number;
  readonly workMs: number;
  /** No watchdog: only the next run can help. */
  readonly alone?: true;
  /** Kills itself, or everything in its process group, when it comes to the phase for the n-th time. */
  readonly kill?: { readonly phase: HoldPhase | 'working'; readonly nth: number; readonly group?: true };
}

const plan: HoldPlan = JSON.parse(process.argv[2] ?? '');
const counts = new Map<string, number>();
const told = new AbortController();
process.on('SIGUSR2', () => told.abort());

function reach(phase: HoldPhase | 'working'): void {
  const nth = (counts.get(phase) ?? 0) + 1;
  counts.set(phase, nth);
  if (plan.kill?.phase !== phase || plan.kill.nth !== nth) return;
  writeSync(1, `killed at ${phase}\n`);
  process.kill(plan.kill.group ? -process.pid : process.pid, 'SIGKILL');
}

const deps = holdDeps(await connectEngine(process.env), process.env, [process.execPath, plan.program]);
const { capMs, waitMs } = plan;
try {
  const outcome = await holdContainers(
    { ...deps, phase: reach, ...(plan.alone ? { watch: async () => ({ release: () => undefined }) } : {}) },
    plan.targets,
    {
      method: plan.method,
      ...(capMs === undefined ? {} : { capMs }),
      ...(waitMs === undefined ? {} : { waitMs }),
    },
    async (signal) => {
      writeSync(1, 'working\n');
      reach('working');
      const ends = AbortSignal.any([signal, told.signal]);
      await sleep(plan.workMs, undefined, { signal: ends }).catch(() => undefined);
      return 'worked';
    },
  );
  writeSync(1, `${JSON.stringify(outcome)}\n`);
} catch (error) {
  const code = error instanceof HoldfastError ? error.code : 'INTERNAL';
  writeSync(1, `${JSON.stringify({ kind: 'failed', code, message: String(error) })}\n`);
}
