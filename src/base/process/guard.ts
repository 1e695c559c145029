/** A child that must not outlive this program. */
export interface Guarded {
  /** Asks it to end by itself; resolves when it has, by force if need be. */
  end(): Promise<unknown>;
  /** Ends it at once. Never throws. */
  kill(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const live = new Set<Guarded>();
let leaving = false;

/**
 * Keeps a child from outliving this program when it ends by itself, by an error or by a signal that can be caught. (What
 * cannot be caught is the business of `parentDeath`.) Gives the function that lets go of the child.
 */
export function guard(child: Guarded): () => void {
  if (live.size === 0) {
    process.on('exit', killAll);
    for (const signal of SIGNALS) process.on(signal, onSignal);
  }
  live.add(child);
  return () => {
    if (!live.delete(child) || live.size > 0 || leaving) return;
    letGo();
  };
}

function letGo(): void {
  process.off('exit', killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function killAll(): void {
  for (const child of live) child.kill();
}

/** The children get time to clean up (a lock in a repository); then the signal takes its course, unless somebody else handles it. */
function onSignal(signal: NodeJS.Signals): void {
  if (leaving) {
    killAll();
    return;
  }
  leaving = true;
  void Promise.allSettled([...live].map((child) => child.end())).then(() => {
    leaving = false;
    letGo();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  });
}
