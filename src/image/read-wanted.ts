import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { HoldfastError } from '#core/errors.ts';
import type { Want } from '#image/layer-visitor.ts';

const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Files up to this size share one buffer. */
const SHARED_BYTES = 1024 * 1024;

let shared: Buffer | undefined;

/**
 * Gives a file of a tree to the one who wants it. The tree may be in use, by a hostile container even: what is opened
 * must be a regular file that lies inside (its real path begins with `inside`), whatever its path meant a moment ago.
 * `failed` is called with the error, or without one when it is something else than it was, or has another size than
 * `expectedBytes`.
 */
export function readWanted(
  at: string | Buffer,
  inside: string,
  want: Want,
  failed: (error?: unknown) => void,
  expectedBytes?: number,
): void {
  let fd: number;
  try {
    fd = openSync(at, FLAGS);
  } catch (error) {
    failed(error);
    return;
  }
  try {
    const bytes = attempt(() => openedBytes(fd, inside, want, expectedBytes), failed);
    if (bytes === 'refused') failed();
    else if (bytes === 'too large' && want.kind === 'whole') want.tooLarge();
    else if (typeof bytes === 'number' && want.kind === 'random') want.read(reader(fd, bytes, at));
    else if (bytes instanceof Buffer && want.kind === 'whole') want.done(bytes);
  } finally {
    closeSync(fd);
  }
}

function attempt<T>(read: () => T, failed: (error: unknown) => void): T | undefined {
  try {
    return read();
  } catch (error) {
    failed(error);
    return undefined;
  }
}

/** The file's bytes when all of them are wanted, else how many there are. */
function openedBytes(
  fd: number,
  inside: string,
  want: Want,
  expectedBytes: number | undefined,
): Buffer | number | 'refused' | 'too large' {
  const status = fstatSync(fd);
  if (!status.isFile() || !liesInside(fd, inside)) return 'refused';
  if (expectedBytes !== undefined && status.size !== expectedBytes) return 'refused';
  if (want.kind === 'random') return status.size;
  return status.size > want.limitBytes ? 'too large' : readUpTo(fd, 0, status.size);
}

/** O_NOFOLLOW minds the last name only; a directory above it may have become a link. Linux tells where a file lies. */
function liesInside(fd: number, inside: string): boolean {
  if (process.platform !== 'linux') return true;
  return readlinkSync(`/proc/self/fd/${fd}`).startsWith(inside);
}

function reader(fd: number, sizeBytes: number, at: string | Buffer) {
  return (offset: number, length: number): Buffer => {
    const start = Math.min(Math.max(0, offset), sizeBytes);
    try {
      return readUpTo(fd, start, Math.min(Math.max(0, length), sizeBytes - start));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new HoldfastError('FILE_UNREADABLE', `A file cannot be read: ${why}`, { path: at.toString('utf8'), cause });
    }
  };
}

/** At most `length` bytes; fewer when the file has become shorter. Valid until the next call. */
function readUpTo(fd: number, offset: number, length: number): Buffer {
  if (length <= SHARED_BYTES) shared ??= Buffer.allocUnsafeSlow(SHARED_BYTES);
  const bytes = length <= SHARED_BYTES && shared !== undefined ? shared : Buffer.allocUnsafeSlow(length);
  let have = 0;
  while (have < length) {
    const got = readSync(fd, bytes, have, length - have, offset + have);
    if (got === 0) break;
    have += got;
  }
  return bytes.subarray(0, have);
}
