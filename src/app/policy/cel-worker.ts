// The thread's own file: it is bundled beside main.js and started by cel-thread.ts.
import { parentPort } from 'node:worker_threads';
import { activationOf } from '#policy/cel/activation.ts';
import { celEnvironment } from '#policy/cel/environment.ts';
import type { CelOutcome } from '#policy/cel/outcome.ts';
import { type CelProgram, celProgram } from '#policy/cel/run-cel.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { CelPart } from '#policy/policy.ts';

/** What the thread is asked. */
export interface CelQuestion {
  readonly id: number;
  readonly part: CelPart;
  readonly facts: Facts;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface CelAnswer {
  readonly id: number;
  readonly outcome: CelOutcome;
}

const environment = celEnvironment();
const programs = new Map<string, CelProgram>();

function programOf(part: CelPart): CelProgram {
  const key = JSON.stringify(part);
  const kept = programs.get(key);
  if (kept !== undefined) return kept;
  const made = celProgram(part, environment);
  programs.set(key, made);
  return made;
}

parentPort?.on('message', ({ id, part, facts, now }: CelQuestion) => {
  let outcome: CelOutcome;
  try {
    outcome = programOf(part).run(activationOf(facts, now), new Date(now));
  } catch (error) {
    outcome = { kind: 'failed', message: (error instanceof Error ? error.message : String(error)).slice(0, 500) };
  }
  const answer: CelAnswer = { id, outcome };
  parentPort?.postMessage(answer);
});
