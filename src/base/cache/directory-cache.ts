import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keeps bytes under keys. Losing them costs time, nothing else: it never throws, and answers `undefined` in doubt. */
export interface Cache {
  get(key: string): Buffer | undefined;
  put(key: string, bytes: Buffer): void;
}

/** How much a directory may hold. When there is more, the oldest entries go until half of it is left. */
interface CacheLimits {
  readonly entries: number;
  readonly bytes: number;
  /** A larger entry is not kept. */
  readonly entryBytes: number;
}

const MIB = 1024 * 1024;
const DEFAULT_LIMITS: CacheLimits = { entries: 2_000, bytes: 1024 * MIB, entryBytes: 32 * MIB };
const CHECKSUM_BYTES = 32;

/** A cache that keeps nothing. */
export const noCache: Cache = { get: () => undefined, put: () => undefined };

/**
 * One file a key in a directory that only this user may write. Each file begins with the SHA-256 of the rest, so that a
 * torn or damaged one is no answer.
 */
export function directoryCache(directory: string, limits = DEFAULT_LIMITS): Cache {
  const fileOf = (key: string) => join(directory, createHash('sha256').update(key).digest('hex'));
  let usable: boolean | undefined;
  let thinned = false;
  const ready = (): boolean => {
    usable ??= prepare(directory);
    return usable;
  };
  return {
    get: (key) => {
      if (!ready()) return undefined;
      try {
        const bytes = readFileSync(fileOf(key));
        const body = bytes.subarray(CHECKSUM_BYTES);
        return checksum(body).equals(bytes.subarray(0, CHECKSUM_BYTES)) ? body : undefined;
      } catch {
        return undefined;
      }
    },
    put: (key, bytes) => {
      if (bytes.length > limits.entryBytes || !ready()) return;
      const file = fileOf(key);
      const partial = `${file}.${randomBytes(6).toString('hex')}`;
      try {
        if (!thinned) thinOut(directory, limits);
        thinned = true;
        writeFileSync(partial, Buffer.concat([checksum(bytes), bytes]), { mode: 0o600 });
        renameSync(partial, file);
      } catch {
        discard(partial);
      }
    },
  };
}

function discard(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // What could not be written need not be removed.
  }
}

function checksum(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** False when the directory cannot be had, or someone else could write into it. */
function prepare(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(directory);
    if ((mode & 0o022) !== 0 || uid !== process.getuid?.()) return false;
    return true;
  } catch {
    return false;
  }
}

/** Also removes what a run that was killed left half written. */
function thinOut(directory: string, limits: CacheLimits): void {
  const files = readdirSync(directory).flatMap((name) => {
    const found = statSync(join(directory, name), { throwIfNoEntry: false });
    return found === undefined ? [] : [{ name, at: found.mtimeMs, bytes: found.size }];
  });
  let entries = files.length;
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (entries <= limits.entries && bytes <= limits.bytes) return;
  files.sort((a, b) => a.at - b.at);
  for (const file of files) {
    if (entries <= limits.entries / 2 && bytes <= limits.bytes / 2) return;
    rmSync(join(directory, file.name), { force: true });
    entries -= 1;
    bytes -= file.bytes;
  }
}
