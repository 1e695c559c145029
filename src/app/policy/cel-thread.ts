import { Worker } from 'node:worker_threads';
import type { CelAnswer, CelQuestion } from '#app/policy/cel-worker.ts';
import type { CelOutcome } from '#policy/cel/outcome.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { Policy } from '#policy/policy.ts';

/** Runs users' expressions in a thread of its own, which is ended when one takes too long. */
export interface CelThread {
  /**
   * What the CEL of each policy that has some says, by the policy's name. Never throws: what could not be run is an
   * outcome. One subject at a time.
   */
  judge(policies: readonly Policy[], facts: Facts, now: number): Promise<ReadonlyMap<string, CelOutcome>>;
  close(): Promise<void>;
}

/** Of one policy over one subject. */
const DEADLINE_MS = 2_000;
/** A busy machine takes its time to start a thread. */
const START_MS = 60_000;
/** The bundle puts it there. */
const WORKER_FILE = './cel-worker.js';

/** Starts the thread at once, so that it is ready when the facts are. */
export function startCelThread(deadlineMs = DEADLINE_MS): CelThread {
  let worker: Worker | undefined = start();

  /** Outcomes of the first parts; fewer than were asked where the thread had to be ended. */
  function ask(question: CelQuestion): Promise<readonly CelOutcome[]> {
    worker ??= start();
    const asked = worker;
    const outcomes: CelOutcome[] = [];
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (failure?: string) => {
        clearTimeout(timer);
        asked.off('message', listen);
        asked.off('error', failed);
        if (failure !== undefined) {
          worker = undefined;
          void asked.terminate();
          outcomes.push({ kind: 'failed', message: failure });
        }
        resolve(outcomes);
      };
      const wait = (ms: number, failure: string) => {
        clearTimeout(timer);
        timer = setTimeout(() => end(failure), ms);
      };
      const failed = (error: unknown) => end(error instanceof Error ? error.message : String(error));
      const listen = (answer: CelAnswer) => {
        if (answer.kind === 'begun') wait(deadlineMs, `it ran for more than ${deadlineMs} ms and was ended`);
        else if (answer.kind === 'outcome') outcomes.push(answer.outcome);
        else end();
      };
      asked.on('message', listen);
      asked.on('error', failed);
      wait(START_MS, 'its thread did not answer');
      asked.postMessage(question);
    });
  }

  return {
    judge: async (policies, facts, now) => {
      const found = new Map<string, CelOutcome>();
      let left = policies.flatMap(({ name, cel }) => (cel === undefined ? [] : [{ name, cel }]));
      while (left.length > 0) {
        const outcomes = await ask({ parts: left.map(({ cel }) => cel), facts, now });
        for (const [index, { name }] of left.entries()) {
          const outcome = outcomes[index];
          if (outcome !== undefined) found.set(name, outcome);
        }
        left = left.slice(Math.max(1, outcomes.length));
      }
      return found;
    },
    close: async () => {
      await worker?.terminate();
    },
  };
}

function start(): Worker {
  const worker = new Worker(new URL(WORKER_FILE, import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    stdout: true,
    stderr: true,
  });
  // What goes wrong while nobody asks is told when somebody does.
  worker.on('error', () => undefined);
  worker.unref();
  return worker;
}
