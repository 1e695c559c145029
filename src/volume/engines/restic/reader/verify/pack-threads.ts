import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BlobRange } from '#volume/engines/restic/reader/blob-table.ts';
import type { ResticFile } from '#volume/engines/restic/reader/files.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';
import type { PackAnswer, PackWorkerStart } from '#volume/engines/restic/reader/verify/pack-worker.ts';

/** Reads packs beside the main thread. To be closed. */
export interface PackThreads {
  /** How many at once. */
  readonly width: number;
  /** The blobs of a pack all of which is as it should be; undefined when it is not, or could not be looked at here. */
  look(pack: ResticFile): Promise<readonly BlobRange[] | undefined>;
  close(): Promise<void>;
}

/** Larger packs are read piece by piece, by the main thread. */
const MOST_BYTES = 192 * 1024 * 1024;
const MOST_THREADS = 4;
/** The bundle puts it there. From sources, as in tests, there is none. */
const WORKER_FILE = './pack-worker.js';

/** Threads for the packs of a repository in a directory; undefined where there can be none. */
export function packThreads(root: string, key: ResticKey): PackThreads | undefined {
  const file = new URL(WORKER_FILE, import.meta.url);
  if (!existsSync(file)) return undefined;
  const start: PackWorkerStart = { root, encrypt: key.encrypt, macK: key.macK, macR: key.macR };
  const width = Math.min(MOST_THREADS, availableParallelism());
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  const waiting: ((thread: Thread) => void)[] = [];
  const giveBack = (thread: Thread) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };
  const take = (): Promise<Thread> => {
    const free = idle.pop();
    if (free !== undefined) return Promise.resolve(free);
    if (all.size >= width) return new Promise((resolve) => waiting.push(resolve));
    const thread = startThread(file, start, () => {
      all.delete(thread);
      const next = waiting.shift();
      if (next !== undefined) void take().then(next);
    });
    all.add(thread);
    return Promise.resolve(thread);
  };
  return {
    width,
    look: async (pack) => {
      if (pack.sizeBytes > MOST_BYTES) return undefined;
      const thread = await take();
      const blobs = await thread.ask(pack);
      if (all.has(thread)) giveBack(thread);
      return blobs?.map((blob) => ({ ...blob, id: Buffer.from(blob.id) }));
    },
    close: async () => {
      waiting.length = 0;
      await Promise.all([...all].map((thread) => thread.end()));
    },
  };
}

interface Thread {
  /** One at a time. Undefined also when it ends over it. */
  ask(pack: ResticFile): Promise<PackAnswer['blobs']>;
  end(): Promise<unknown>;
}

/** @param onEnd it has ended, told before the answer to what it was asked */
function startThread(file: URL, start: PackWorkerStart, onEnd: () => void): Thread {
  const worker = new Worker(file, { workerData: start });
  let answer: (blobs: PackAnswer['blobs']) => void = () => undefined;
  let over = false;
  const end = () => {
    if (!over) onEnd();
    over = true;
    answer(undefined);
  };
  worker.on('message', ({ blobs }: PackAnswer) => answer(blobs));
  worker.on('error', end);
  worker.on('exit', end);
  return {
    ask: (pack) =>
      new Promise((resolve) => {
        answer = resolve;
        if (over) resolve(undefined);
        else worker.postMessage(pack);
      }),
    end: () => worker.terminate(),
  };
}
