import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HoldfastError, systemCode } from '#core/errors.ts';

/**
 * The text of a file that the operator named.
 * @param most bytes
 * @throws `FILE_UNREADABLE`, kind `usage`
 */
export function readOperatorFile(path: string, most: number): string {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    if (fstatSync(fd).isDirectory()) throw refused(path, `${path} is a directory`);
    const parts: Buffer[] = [];
    for (let have = 0; ; ) {
      const part = Buffer.allocUnsafe(64 * 1024);
      const count = readSync(fd, part);
      if (count === 0) break;
      have += count;
      if (have > most) throw refused(path, `${path} has more than ${most} bytes`);
      parts.push(part.subarray(0, count));
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    if (cause instanceof TypeError && systemCode(cause) === 'ERR_ENCODING_INVALID_ENCODED_DATA')
      throw refused(path, `${path} is not UTF-8`);
    throw refused(path, `${path} cannot be read (${systemCode(cause) ?? 'unknown error'})`, cause);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function refused(path: string, message: string, cause?: unknown): HoldfastError {
  const hint = 'Check the path, and that it is a text file that may be read.';
  return new HoldfastError('FILE_UNREADABLE', message, { path, kind: 'usage', hint, cause });
}
