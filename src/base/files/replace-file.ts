import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { removeAbandoned } from '#base/files/abandoned.ts';
import { syncDirectory } from '#base/files/sync-directory.ts';
import { writing } from '#base/files/writing.ts';

/** Appends bytes to the new file. */
export type Append = (bytes: Uint8Array) => void;

export interface ReplaceOptions {
  /** Of a new file; 0644 when absent. */
  readonly mode?: number;
  /** Is given the name of the written file before it counts; when it throws, the old file stays. */
  readonly check?: (written: string) => void;
}

/**
 * Writes a file beside `path` and puts it in its place once it is whole and on disk: whoever reads sees the old file or
 * the new one, and an interruption leaves the old one (and a
 * hidden file that a later call removes, a day later). Missing directories are made.
 * @throws `FILE_NOT_WRITTEN`, and what `write` and `check` throw
 */
export async function replaceFile<T>(
  path: string,
  write: (append: Append) => T | Promise<T>,
  options: ReplaceOptions = {},
): Promise<T> {
  const directory = dirname(path);
  const prefix = `.${basename(path)}.`;
  const temporary = join(directory, `${prefix}${randomBytes(6).toString('hex')}.tmp`);
  const fd = writing(path, () => {
    mkdirSync(directory, { recursive: true });
    removeAbandoned(directory, prefix);
    return openSync(temporary, 'wx', options.mode ?? 0o644);
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
    options.check?.(temporary);
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
