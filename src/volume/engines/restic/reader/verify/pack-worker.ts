// The thread's own file: it is bundled beside main.js and started by pack-threads.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { portableZstd } from '#base/compress/zstd-portable.ts';
import type { BlobRange } from '#volume/engines/restic/reader/blob-table.ts';
import { readInto } from '#volume/engines/restic/reader/directory-files.ts';
import type { ResticFile } from '#volume/engines/restic/reader/files.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';
import { wholePack } from '#volume/engines/restic/reader/verify/whole-pack.ts';

/** What the thread is started with. Bytes lose their kind on the way: these are made buffers again. */
export interface PackWorkerStart {
  /** Undefined where packs are handed over. */
  readonly root?: string;
  readonly encrypt: Uint8Array;
  readonly macK: Uint8Array;
  readonly macR: Uint8Array;
}

export interface PackQuestion {
  readonly pack: ResticFile;
  /** All of it, in memory of its own; read here where they are not given. */
  readonly bytes?: Uint8Array;
}

/** `blobs` is undefined when not all of the pack is as it should be. */
export interface PackAnswer {
  readonly blobs?: readonly BlobRange[];
}

const { root, encrypt, macK, macR } = workerData as PackWorkerStart;
const key: ResticKey = { encrypt: Buffer.from(encrypt), macK: Buffer.from(macK), macR: Buffer.from(macR) };
const zstd = portableZstd();
let space = Buffer.allocUnsafeSlow(0);

parentPort?.on('message', (question: PackQuestion) => {
  void inspect(question)
    .catch(() => undefined)
    .then((blobs) => parentPort?.postMessage(blobs === undefined ? {} : ({ blobs } satisfies PackAnswer)));
});

async function inspect({ pack, bytes: given }: PackQuestion): Promise<readonly BlobRange[] | undefined> {
  if (given !== undefined) {
    return wholePack(key, await zstd, pack, Buffer.from(given.buffer, given.byteOffset, given.length));
  }
  // The same memory for each: what is made anew for every pack has to be cleared away by somebody.
  if (space.length < pack.sizeBytes) space = Buffer.allocUnsafeSlow(pack.sizeBytes);
  const bytes = space.subarray(0, pack.sizeBytes);
  if (root === undefined || !readInto(root, pack.name, bytes)) return undefined;
  return wholePack(key, await zstd, pack, bytes);
}
