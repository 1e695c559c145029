import { readSync } from 'node:fs';
import { HoldfastError } from '#core/errors.ts';

/** Reads exactly so many bytes of an open file at an offset. @throws `FILE_TRUNCATED` when there are fewer */
export function readExactly(fd: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, offset + done);
    if (count === 0) {
      throw new HoldfastError('FILE_TRUNCATED', `The file ends before byte ${offset + length}`, {
        hint: 'It was cut off, or changed while it was read.',
      });
    }
    done += count;
  }
  return bytes;
}
