import { setImmediate as nextTurn } from 'node:timers/promises';

/** Requests of one commit: enough to share its cost, few enough to keep the others waiting shortly. */
const MOST_AT_ONCE = 256;

export interface GroupCommit<Request, Result> {
  /** Resolves when the request is durably kept. */
  submit(request: Request): Promise<Result>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

interface Waiting<Request, Result> {
  readonly request: Request;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lets concurrent callers share one commit: what comes while a commit runs goes into the next. `commit` gives one
 * result for each request; when it throws, all of its requests fail with that error.
 */
export function groupCommit<Request, Result>(
  commit: (requests: readonly Request[]) => Promise<readonly Result[]>,
): GroupCommit<Request, Result> {
  let waiting: Waiting<Request, Result>[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    // Whoever asks in the same turn is taken along.
    await nextTurn();
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(MOST_AT_ONCE);
      try {
        const results = await commit(batch.map(({ request }) => request));
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      // Callers that were answered ask again before the next commit begins.
      await nextTurn();
    }
    running = undefined;
  }

  return {
    submit: (request) =>
      new Promise((resolve, reject) => {
        waiting.push({ request, resolve, reject });
        running ??= run();
      }),
    idle: async () => {
      while (running !== undefined) await running;
    },
  };
}
