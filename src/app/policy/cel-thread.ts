import { Worker } from 'node:worker_threads';
import type { CelAnswer, CelQuestion } from '#app/policy/cel-worker.ts';
import type { CelOutcome } from '#policy/cel/outcome.ts';
import type { Facts } from '#policy/facts/facts.ts';
import type { Policy } from '#policy/policy.ts';

/** Runs users' expressions in a thread of its own, which is ended when one takes too long. */
export interface CelThread {
  /** What the CEL of each policy that has some says. Never throws: what could not be run is an outcome. */
  judge(policies: readonly Policy[], facts: Facts, now: number): Promise<ReadonlyMap<string, CelOutcome>>;
  close(): Promise<void>;
}

/** Of one policy over one subject. */
const DEADLINE_MS = 2_000;
/** The bundle puts it there. */
const WORKER_FILE = './cel-worker.js';

/** Starts the thread at once, so that it is ready when the facts are. */
export function startCelThread(deadlineMs = DEADLINE_MS): CelThread {
  let worker: Worker | undefined = start();
  let nextId = 0;

  async function ask(question: CelQuestion): Promise<CelOutcome> {
    worker ??= start();
    const asked = worker;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<CelOutcome>((resolve) => {
        const failed = (message: string) => resolve({ kind: 'failed', message });
        timer = setTimeout(() => {
          worker = undefined;
          void asked.terminate();
          failed(`it ran for more than ${deadlineMs} ms and was ended`);
        }, deadlineMs);
        asked.once('message', ({ outcome }: CelAnswer) => resolve(outcome));
        asked.once('error', (error) => {
          worker = undefined;
          failed(error instanceof Error ? error.message : String(error));
        });
        asked.postMessage(question);
      });
    } finally {
      clearTimeout(timer);
      asked.removeAllListeners();
    }
  }

  return {
    judge: async (policies, facts, now) => {
      const outcomes = new Map<string, CelOutcome>();
      for (const { name, cel } of policies) {
        if (cel !== undefined) outcomes.set(name, await ask({ id: nextId++, part: cel, facts, now }));
      }
      return outcomes;
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
  worker.unref();
  return worker;
}
