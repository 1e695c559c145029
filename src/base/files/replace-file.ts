import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writing } from '#base/files/writing.ts';

/** Appends bytes to the new file. */
export type Append = (bytes: Uint8Array) => void;

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** What writers that were killed left beside the file. Anything younger may belong to one that is at work. */
function removeAbandoned(directory: string, prefix: string): void {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue;
    const file = join(directory, name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() && Date.now() - found.mtimeMs > ABANDONED_AFTER_MS) rmSync(file, { force: true });
  }
}

/**
 * Writes a file beside `path` and puts it in its place once it is whole and on disk: whoever reads sees the old file or
 * the new one, and an interruption leaves the old one (and a
 * hidden file that a later call removes, a day later). Missing directories are made. `check` is given the name of the
 * written file before it counts; when it throws, the old file stays.
 * @throws `FILE_NOT_WRITTEN`, and what `write` and `check` throw
 */
export async function replaceFile<T>(
  path: string,
  write: (append: Append) => T | Promise<T>,
  check?: (written: string) => void,
): Promise<T> {
  const directory = dirname(path);
  const prefix = `.${basename(path)}.`;
  const temporary = join(directory, `${prefix}${randomBytes(6).toString('hex')}.tmp`);
  const fd = writing(path, () => {
    mkdirSync(directory, { recursive: true });
    removeAbandoned(directory, prefix);
    return openSync(temporary, 'wx', 0o644);
  });
  let open = true;
  try {
    const result = await write((bytes) => {
      writing(path, () => {
        for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
      });
    });
    writing(path, () => fsyncSync(fd));
    closeSync(fd);
    open = false;
    check?.(temporary);
    writing(path, () => {
      renameSync(temporary, path);
      syncDirectory(directory);
    });
    return result;
  } catch (error) {
    if (open) closeSync(fd);
    rmSync(temporary, { force: true });
    throw error;
  }
}
