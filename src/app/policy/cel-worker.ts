// The thread's own file: it is bundled beside main.js and started by cel-thread.ts.
import { parentPort } from 'node:worker_threads';
import { activationOf } from '#policy/cel/activation.ts';
import { celEnvironment } from '#policy/cel/environment.ts';
import type { CelOutcome } from '#policy/cel/outcome.ts';
import { type CelProgram, celProgram } from '#policy/cel/run-cel.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { CelPart } from '#policy/policy.ts';

/** What the thread is asked: one subject, and the CEL of one policy after the other. */
export interface CelQuestion {
  readonly parts: readonly CelPart[];
  readonly facts: Facts;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** `begun` comes before a part that may never end, `done` when all parts have been answered. */
export type CelAnswer =
  | { readonly kind: 'begun' }
  | { readonly kind: 'outcome'; readonly outcome: CelOutcome }
  | { readonly kind: 'done' };

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

function say(answer: CelAnswer): void {
  parentPort?.postMessage(answer);
}

parentPort?.on('message', ({ parts, facts, now }: CelQuestion) => {
  const object = activationOf(facts, now);
  for (const part of parts) {
    let outcome: CelOutcome;
    try {
      const program = programOf(part);
      say({ kind: 'begun' });
      outcome = program.run(object, new Date(now));
    } catch (error) {
      outcome = { kind: 'failed', message: (error instanceof Error ? error.message : String(error)).slice(0, 500) };
    }
    say({ kind: 'outcome', outcome });
  }
  say({ kind: 'done' });
});
