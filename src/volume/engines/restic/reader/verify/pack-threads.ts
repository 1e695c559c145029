import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { BlobRange } from '#volume/engines/restic/reader/blob-table.ts';
import type { ResticFile } from '#volume/engines/restic/reader/files.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';
import type { PackAnswer, PackQuestion, PackWorkerStart } from '#volume/engines/restic/reader/verify/pack-worker.ts';

/** Looks at packs beside the main thread. To be closed. */
export interface PackThreads {
  /** How many packs are asked for at once. */
  readonly width: number;
  /** The blobs of a pack all of which is as it should be; undefined when it is not, or could not be looked at here. */
  look(pack: ResticFile): Promise<readonly BlobRange[] | undefined>;
  close(): Promise<void>;
}

/** Larger packs are read piece by piece, by the main thread. */
export const MOST_PACK_BYTES = 192 * 1024 * 1024;
const MOST_THREADS = 4;
/** The bundle puts it there. From sources, as in tests, there is none. */
const WORKER_FILE = './pack-worker.js';

/** Threads that take a pack's bytes, or read it themselves where its name alone is given. */
export interface PackWorkers {
  readonly width: number;
  /** @param bytes are moved to the thread, and gone here */
  look(pack: ResticFile, bytes?: Buffer): Promise<readonly BlobRange[] | undefined>;
  close(): Promise<void>;
}

/** Threads for the packs of a repository in a directory; undefined where there can be none. */
export function packThreads(root: string, key: ResticKey): PackThreads | undefined {
  const workers = packWorkers(root, key);
  if (workers === undefined) return undefined;
  return {
    ...workers,
    look: async (pack) => (pack.sizeBytes > MOST_PACK_BYTES ? undefined : workers.look(pack)),
  };
}

/** @param root where packs lie that are read by the threads; undefined where all are handed over */
export function packWorkers(root: string | undefined, key: ResticKey): PackWorkers | undefined {
  const file = new URL(WORKER_FILE, import.meta.url);
  if (!existsSync(file)) return undefined;
  const { encrypt, macK, macR } = key;
  const start: PackWorkerStart = { encrypt, macK, macR, ...(root === undefined ? {} : { root }) };
  const width = Math.min(MOST_THREADS, availableParallelism());
  const idle: Thread[] = [];
  const all = new Set<Thread>();
  const waiting: ((thread: Thread) => void)[] = [];
  let closed = false;
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
    look: async (pack, bytes) => {
      if (closed) return undefined;
      const thread = await take();
      const blobs = await thread.ask({ pack, ...(bytes === undefined ? {} : { bytes }) });
      if (all.has(thread)) giveBack(thread);
      return blobs?.map((blob) => ({ ...blob, id: Buffer.from(blob.id) }));
    },
    close: async () => {
      closed = true;
      waiting.length = 0;
      await Promise.all([...all].map((thread) => thread.end()));
    },
  };
}

interface Thread {
  /** One at a time. Undefined also when it ends over it. */
  ask(question: PackQuestion): Promise<PackAnswer['blobs']>;
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
    ask: (question) =>
      new Promise((resolve) => {
        answer = resolve;
        if (over) resolve(undefined);
        else if (question.bytes === undefined) worker.postMessage(question);
        else worker.postMessage(question, [question.bytes.buffer as ArrayBuffer]);
      }),
    end: () => worker.terminate(),
  };
}
