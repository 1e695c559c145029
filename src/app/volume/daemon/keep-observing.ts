import { setTimeout as sleep } from 'node:timers/promises';
import { type DaemonDeps, saidOf } from '#app/volume/daemon/daemon-deps.ts';
import { observeEngine } from '#app/volume/observe/observe-engine.ts';
import { problemOf } from '#core/errors.ts';

const SHORTEST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

/** Watches the engine until the daemon ends, through restarts of the engine and of the ledger's database. */
export async function keepObserving(deps: DaemonDeps): Promise<void> {
  const { signal, say } = deps;
  let waitMs = SHORTEST_WAIT_MS;
  // Streams end by themselves when nothing happens for long: what goes on without a gap is no news.
  let trouble: string | undefined = 'not watched yet';
  while (!signal.aborted) {
    let watching = false;
    try {
      const engine = await deps.connect();
      await deps.onRecord((record) =>
        observeEngine({
          ...{ record, engine, signal },
          ...{ actor: deps.actor, now: deps.now, self: deps.self },
          onWatching: (continued) => {
            const since = continued ? 'nothing was missed since it was watched last' : 'from now on';
            const message = `Watching who may write to volumes at ${engine.address}, ${since}`;
            if (trouble !== undefined || !continued) say({ kind: 'info', message });
            watching = true;
            trouble = undefined;
          },
        }),
      );
    } catch (error) {
      const problem = problemOf(error);
      // The same trouble is told once, however long it lasts.
      if (!watching && trouble !== problem.code) say(saidOf(problem));
      if (!watching) trouble = problem.code;
    }
    waitMs = watching ? SHORTEST_WAIT_MS : Math.min(waitMs * 2, LONGEST_WAIT_MS);
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
