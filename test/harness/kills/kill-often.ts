import { expect } from 'vitest';
import { findTool } from '../tool.ts';
import { KILL_PHASES, type KillPhase, type Plan } from './plan.ts';
import { type Ended, type History, type Rounds, withRound } from './rounds.ts';
import { seeded } from './seeded.ts';

/** How often a run of 8 requests each comes to a phase, about, so that the n-th time is somewhere in it. */
const TIMES: Readonly<Record<KillPhase, number>> = {
  'blob-writing': 32,
  'blob-written': 32,
  'blob-renamed': 32,
  begun: 8,
  inserted: 8,
  projected: 8,
  signed: 8,
  committed: 8,
  acknowledging: 120,
  'catching-up': 60,
  rebuilding: 20,
  'copy-writing': 8,
  'copy-written': 5,
  'copy-renamed': 5,
};

/** Inside SQLite: the kernel kills the process as it asks for this, on this file, for the n-th time. */
const SYSTEM_CALLS = {
  'log-write': { call: 'pwrite64', file: 'ledger.db-wal', times: 150 },
  'log-sync': { call: 'fsync,fdatasync', file: 'ledger.db-wal', times: 8 },
  'write-back': { call: 'pwrite64', file: 'ledger.db', times: 30 },
} as const;

type SystemPhase = keyof typeof SYSTEM_CALLS;
/** Where a process died: a phase that it named itself, a call to the system, or any moment that a timer chose. */
export type Phase = KillPhase | SystemPhase | 'outside';

/** Those inside SQLite need strace. Under `CI=true` they are tried without it, too, and so fail. */
const hasSystemPhases = findTool('strace') !== undefined || process.env['CI'] === 'true';

/** Every phase that can be tried here. */
export const ALL_PHASES: readonly Phase[] = [
  ...KILL_PHASES,
  ...(hasSystemPhases ? (Object.keys(SYSTEM_CALLS) as SystemPhase[]) : []),
  'outside',
];

const isSystem = (phase: Phase): phase is SystemPhase => Object.hasOwn(SYSTEM_CALLS, phase);

export interface KillOptions {
  readonly kills: number;
  readonly phases: readonly Phase[];
  readonly seed: number;
  /** Requests of each of the 16 appenders in a round. */
  readonly each: number;
  /** A record that was killed often, and one that has just begun. */
  readonly roundsOfAHome: number;
}

/**
 * Kills 16 concurrent appenders again and again, each phase as often as the others, and after each death lets a fresh
 * process look at what is left and repeat all requests. A run that was done before the kill came is looked at, too, and
 * not counted. Gives how often each phase was hit.
 */
export async function killOften(rounds: Rounds, options: KillOptions): Promise<ReadonlyMap<Phase, number>> {
  const { kills, phases, seed, each, roundsOfAHome } = options;
  const random = seeded(seed);
  const hit = new Map<Phase, number>(phases.map((phase) => [phase, 0]));
  let place = await rounds.freshHome();
  let history: History | undefined;
  const started = performance.now();
  await rounds.append({ ...place, round: 0, appenders: 16, each });
  const wholeMs = performance.now() - started;

  for (let round = 0, count = 0; count < kills; round += 1) {
    if (round >= kills * 3) throw new Error(`only ${count} of ${round} runs were killed at work`);
    if (round % roundsOfAHome === 0) {
      place = await rounds.freshHome();
      history = undefined;
    }
    const least = Math.min(...hit.values());
    const open = phases.filter((phase) => hit.get(phase) === least);
    const phase = open[Math.floor(random() * open.length)] ?? 'outside';
    const plan: Plan = { ...place, round, appenders: 16, each };
    const ended = await killedRun(rounds, plan, phase, random, wholeMs);
    if (ended.killedAtWork) {
      hit.set(phase, (hit.get(phase) ?? 0) + 1);
      count += 1;
    } else expect([round, phase, ended]).toMatchObject([round, phase, { done: true, failed: {} }]);
    history = withRound(history, plan, ended);
    const looked = await rounds.look(history);
    expect([round, phase, looked.problems]).toEqual([round, phase, []]);
    // What the look repeated is acknowledged from now on.
    history = { ...history, acknowledged: { ...history.acknowledged, ...firstPositions(looked.positions) } };
  }
  return hit;
}

function killedRun(rounds: Rounds, plan: Plan, phase: Phase, random: () => number, wholeMs: number): Promise<Ended> {
  if (phase === 'outside') return rounds.append(plan, { killAfterMs: Math.floor(random() * wholeMs) });
  if (!isSystem(phase)) {
    return rounds.append({ ...plan, kill: { phase, nth: 1 + Math.floor((random() * TIMES[phase] * plan.each) / 8) } });
  }
  const { call, file, times } = SYSTEM_CALLS[phase];
  const inject = `inject=${call}:signal=SIGKILL:when=${1 + Math.floor((random() * times * plan.each) / 8)}`;
  const strace = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', `${plan.home}/${file}`];
  return rounds.append(plan, { through: [...strace, '-e', `trace=${call}`, '-e', inject] });
}

/** Of requests, without their further events and what the home recorded itself. */
function firstPositions(positions: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(positions).filter(([key]) => /^\d+\/\d+\/\d+$/.test(key)));
}

/** A line a phase. */
export function histogram(hit: ReadonlyMap<Phase, number>): string {
  return [...hit].map(([phase, times]) => `${phase.padEnd(14)} ${'#'.repeat(times)} ${times}\n`).join('');
}
