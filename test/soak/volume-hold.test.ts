import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HoldPhase } from '#volume/hold/hold-types.ts';
import { type HoldBench, startHoldBench } from '../harness/hold-bench.ts';
import { needs } from '../harness/skip.ts';

const ROUNDS = Number(process.env['HOLDFAST_SOAK_ROUNDS'] ?? 120);
const SEED = Number(process.env['HOLDFAST_SOAK_SEED'] ?? 1);
const PHASES: readonly (HoldPhase | 'working')[] = [
  'before-journal',
  'journalled',
  'asking',
  'asked',
  'held',
  'working',
  'before-release',
  'released',
  'before-clear',
  'cleared',
];
/** Those that come once for each container. */
const REPEATED: readonly string[] = ['asking', 'asked', 'held', 'released'];
const RELEASE_LIMIT_MS = 5_000;

/** Numbers from 0 to below 1 that follow from the seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

needs('engine', 'busybox')('holds whose holder is killed', () => {
  let bench: HoldBench;
  beforeAll(async () => {
    bench = await startHoldBench();
  });
  afterAll(() => bench?.stop());

  test(`nothing stays held: ${ROUNDS} kills, seed ${SEED}`, async () => {
    const next = numbers(SEED);
    const histogram = new Map<string, number>();
    let slowestMs = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const phase = PHASES[round % PHASES.length] ?? 'working';
      const nth = REPEATED.includes(phase) ? 1 + Math.floor(next() * bench.stack.length) : 1;
      const method = next() < 0.8 ? 'pause' : 'stop';
      const alone = next() < 0.5;
      const group = next() < 0.5;
      const kill = { phase, nth, ...(group ? { group: true as const } : {}) };
      const plan = { targets: bench.stack, method, workMs: 20, capMs: 60_000, kill } as const;
      const ended = await bench.work({ ...plan, ...(alone ? { alone: true as const } : {}) }).ended;
      // What was not killed where it was meant to be does not count.
      if (ended.kind === 'killed' && ended.at === phase) histogram.set(phase, (histogram.get(phase) ?? 0) + 1);
      const begun = performance.now();
      if (alone || next() < 0.3) expect((await bench.reconcile()).code).toBe(0);
      for (const name of bench.stack) await bench.until(name, 'running', RELEASE_LIMIT_MS);
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      expect(await bench.processes()).toEqual([]);
      expect((await bench.reconcile()).report.problems).toEqual([]);
      expect(bench.journal()).toEqual([]);
    }
    const left = [...histogram].map(([phase, count]) => `${phase} ${count}`).join(', ');
    console.log(`kills: ${left}; slowest release ${Math.round(slowestMs)} ms`);
    const least = Math.floor(ROUNDS / PHASES.length);
    for (const phase of PHASES) expect([phase, histogram.get(phase)]).toEqual([phase, expect.any(Number)]);
    for (const count of histogram.values()) expect(count).toBeGreaterThanOrEqual(least);
  });
});
