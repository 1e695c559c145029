import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { HoldfastError } from '#core/errors.ts';

/** Below this a worker's start costs more than the hashing. */
const INLINE_BYTES = 4 * 1024 * 1024;
/** Small enough that bytes are hashed while they are still in the processor's cache. */
const CHUNK_BYTES = 256 * 1024;

// Written as text so that it runs the same from sources, from the bundle and in tests.
const WORKER_SOURCE = `
const { parentPort } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const chunk = Buffer.allocUnsafeSlow(${CHUNK_BYTES});
parentPort.on('message', ({ id, fd, offset, sizeBytes, algorithm }) => {
  try {
    const hash = createHash(algorithm);
    for (let done = 0; done < sizeBytes; ) {
      const count = readSync(fd, chunk, 0, Math.min(chunk.length, sizeBytes - done), offset + done);
      if (count === 0) break;
      hash.update(count === chunk.length ? chunk : chunk.subarray(0, count));
      done += count;
    }
    parentPort.postMessage({ id, hex: hash.digest('hex') });
  } catch (error) { parentPort.postMessage({ id, error: String(error && error.message) }); }
});`;

/** Hashes ranges of files beside the main thread. */
export interface RangeHasher {
  /**
   * Hexadecimal digest of `sizeBytes` bytes from `offset` of an open file, which must stay open until then; of fewer
   * where the file ends. @throws `FILE_UNREADABLE`, and `HASHER_CLOSED` when it is closed meanwhile
   */
  hash(fd: number, offset: number, sizeBytes: number, algorithm: string): Promise<string>;
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (hex: string) => void;
  readonly reject: (error: Error) => void;
}

/** Starts its worker with the first large range, not before. */
export function createRangeHasher(): RangeHasher {
  let worker: Worker | undefined;
  let nextId = 0;
  const waiting = new Map<number, Waiting>();
  const abandon = (error: Error) => {
    worker = undefined;
    for (const asked of waiting.values()) asked.reject(error);
    waiting.clear();
  };
  const start = (): Worker => {
    const made = new Worker(WORKER_SOURCE, { eval: true });
    made.on('message', (answer: { id: number; hex?: string; error?: string }) => {
      const asked = waiting.get(answer.id);
      waiting.delete(answer.id);
      if (answer.hex !== undefined) asked?.resolve(answer.hex);
      else asked?.reject(unreadable(answer.error ?? 'unknown error'));
    });
    made.on('error', (error: unknown) => abandon(unreadable(error instanceof Error ? error.message : String(error))));
    return made;
  };
  return {
    hash: (fd, offset, sizeBytes, algorithm) => {
      if (sizeBytes <= INLINE_BYTES) return Promise.resolve().then(() => hashInline(fd, offset, sizeBytes, algorithm));
      worker ??= start();
      const id = nextId++;
      const answer = new Promise<string>((resolve, reject) => waiting.set(id, { resolve, reject }));
      worker.postMessage({ id, fd, offset, sizeBytes, algorithm });
      return answer;
    },
    close: async () => {
      const ending = worker;
      abandon(new HoldfastError('HASHER_CLOSED', 'Hashing was given up'));
      await ending?.terminate();
    },
  };
}

function hashInline(fd: number, offset: number, sizeBytes: number, algorithm: string): string {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  let have = 0;
  try {
    for (let count = -1; count !== 0 && have < sizeBytes; have += count) {
      count = readSync(fd, bytes, have, sizeBytes - have, offset + have);
    }
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error));
  }
  return createHash(algorithm).update(bytes.subarray(0, have)).digest('hex');
}

function unreadable(why: string): HoldfastError {
  return new HoldfastError('FILE_UNREADABLE', `A file could not be hashed: ${why}`);
}
