import type { BackupRequest, JobOptions, PassDone, PreparedPass, SnapshotEngine } from '#volume/engines/engine.ts';

/** Passes that wait for the word, one a target. */
export interface OpenPasses {
  /** Those that are needed first wait. After too long since they were opened, they are opened anew. */
  ready(): Promise<void>;
  /** Begins with one. @throws what `pass` of the engine throws */
  go(index: number, options: JobOptions): Promise<PassDone>;
  /** Ends all that wait. */
  close(): Promise<void>;
}

/** A snapshot's time is that of its opening: it must not be much older than what it holds. */
const STALE_MS = 60_000;

/**
 * Opens the first ones now, and another whenever one is done.
 * @param most how many wait at once; each takes about 100 MB
 */
export function openPasses(engine: SnapshotEngine, requests: readonly BackupRequest[], most: number): OpenPasses {
  const open = new Map<number, PreparedPass>();
  let openedMs = 0;
  let next = 0;
  const openNext = () => {
    const request = requests[next];
    if (request === undefined) return;
    open.set(next, engine.prepare(request));
    next += 1;
  };
  const openFirst = () => {
    openedMs = performance.now();
    next = 0;
    while (next < Math.min(most, requests.length)) openNext();
  };
  const close = async () => {
    const waiting = [...open.values()];
    open.clear();
    await Promise.all(waiting.map((pass) => pass.cancel()));
  };
  openFirst();
  return {
    close,
    ready: async () => {
      if (performance.now() - openedMs > STALE_MS) {
        await close();
        openFirst();
      }
      await Promise.all([...open.values()].map(({ ready }) => ready));
    },
    go: async (index, options) => {
      const request = requests[index];
      if (request === undefined) throw new RangeError(`there is no pass ${index}`);
      const pass = open.get(index) ?? engine.prepare(request);
      open.delete(index);
      try {
        return await pass.go(options);
      } finally {
        openNext();
      }
    },
  };
}
