import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keeps bytes under keys. Losing them costs time, nothing else: it never throws, and answers `undefined` in doubt. */
export interface Cache {
  get(key: string): Buffer | undefined;
  put(key: string, bytes: Buffer): void;
}

const CHECKSUM_BYTES = 32;
/** Entries are thinned out, oldest first, when there are more. */
const MAX_ENTRIES = 2_000;

/** A cache that keeps nothing. */
export const noCache: Cache = { get: () => undefined, put: () => undefined };

/**
 * One file a key in a directory that only this user may write. Each file begins with the SHA-256 of the rest, so that a
 * torn or damaged one is no answer.
 */
export function directoryCache(directory: string): Cache {
  const fileOf = (key: string) => join(directory, createHash('sha256').update(key).digest('hex'));
  let usable: boolean | undefined;
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
      if (!ready()) return;
      const file = fileOf(key);
      const partial = `${file}.${randomBytes(6).toString('hex')}`;
      try {
        writeFileSync(partial, Buffer.concat([checksum(bytes), bytes]), { mode: 0o600 });
        renameSync(partial, file);
      } catch {
        rmSync(partial, { force: true });
      }
    },
  };
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
    thinOut(directory);
    return true;
  } catch {
    return false;
  }
}

function thinOut(directory: string): void {
  const names = readdirSync(directory);
  if (names.length <= MAX_ENTRIES) return;
  const aged = names.map((name) => ({
    name,
    at: statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  }));
  aged.sort((a, b) => a.at - b.at);
  for (const { name } of aged.slice(0, names.length - MAX_ENTRIES / 2)) rmSync(join(directory, name), { force: true });
}
