import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { type Decoded, decode } from '#app/lint/decode.ts';
import type { Surroundings } from '#app/lint/lint-kind.ts';
import { NO_SETTINGS, type Settings } from '#buildfile/settings/settings.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** Larger files are not read. */
export const MOST_LINT_BYTES = 16 * 1024 * 1024;

/**
 * A file's text.
 * @throws `LINT_UNREADABLE`, `LINT_TOO_LARGE`, `LINT_NOT_TEXT`
 */
export function readText(path: string): Decoded {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return decode(readAll(fd, path), path);
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    const why = systemCode(cause) ?? 'unknown error';
    throw new HoldfastError('LINT_UNREADABLE', `${path} cannot be read (${why})`, { path, cause });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** To the end: pipes do not know their size. */
function readAll(fd: number, path: string): Buffer {
  const known = fstatSync(fd).size;
  if (known > MOST_LINT_BYTES) throw tooLarge(path);
  // One more than is there, so that the end shows with the second read.
  let bytes = Buffer.allocUnsafe(known === 0 ? 64 * 1024 : known + 1);
  for (let have = 0; ; ) {
    if (have === bytes.length) {
      if (have > MOST_LINT_BYTES) throw tooLarge(path);
      bytes = Buffer.concat([bytes], have * 2);
    }
    const count = readSync(fd, bytes, have, bytes.length - have, null);
    if (count === 0) return bytes.subarray(0, have);
    have += count;
  }
}

/** The error for what is more than anybody writes by hand. */
export function tooLarge(path: string): HoldfastError {
  return new HoldfastError('LINT_TOO_LARGE', `${path} has more than ${MOST_LINT_BYTES / 1024 / 1024} MiB`, {
    path,
    hint: 'Nobody writes such a file by hand: name the one that it was made from.',
  });
}

/** What lies beside a file; asked for twice, it is read once. */
export function surroundingsOf(path: string, settings: Settings = NO_SETTINGS): Surroundings {
  const known = new Map<string, string | undefined>();
  return {
    settings,
    beside: async (relative) => {
      if (path === '-') return undefined;
      const other = isAbsolute(relative) ? relative : join(dirname(path), relative);
      if (!known.has(other)) known.set(other, isFile(other) ? readText(other).text : undefined);
      return known.get(other);
    },
  };
}

/** Whoever wrote the file that is judged chose the name: a pipe would be waited for without end. */
function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}
