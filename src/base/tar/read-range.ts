import { readSync } from 'node:fs';
import type { TarVisitor, Want } from '#base/tar/entry.ts';
import { TRUNCATED_BODY } from '#base/tar/problems.ts';
import { walkTar } from '#base/tar/walk.ts';

const WINDOW_BYTES = 64 * 1024;
/** After a long skip only a header is likely to be wanted. */
const SMALL_READ_BYTES = 16 * 1024;

/** How much was read of a file. */
export interface RangeRead {
  readonly bytesRead: number;
}

/**
 * Walks an uncompressed tar inside an open file by seeking past bodies that nobody wants. Synchronous: it is all
 * memory copies once the pages are cached, and waiting for each would cost more than the reads.
 * @param offset where the archive begins in the file
 * @throws `TAR_NOT_AN_ARCHIVE`, and what reading the file throws
 */
export function readTarRange(fd: number, offset: number, sizeBytes: number, visitor: TarVisitor): RangeRead {
  const end = offset + sizeBytes;
  const window = Buffer.allocUnsafeSlow(Math.min(WINDOW_BYTES, Math.max(sizeBytes, 1)));
  let windowStart = offset;
  let windowEnd = offset;
  let at = offset;
  let bytesRead = 0;
  let skipped = false;

  const fill = (target: Buffer, from: number, length: number): number => {
    let done = 0;
    while (done < length) {
      const count = readSync(fd, target, done, length - done, from + done);
      if (count === 0) break;
      done += count;
    }
    bytesRead += done;
    return done;
  };
  const read = (wanted: number): Buffer => {
    const length = Math.min(wanted, end - at);
    if (length <= 0) return window.subarray(0, 0);
    if (at < windowStart || at + length > windowEnd) {
      if (length > window.length) {
        const bytes = Buffer.allocUnsafe(length);
        const got = fill(bytes, at, length);
        at += got;
        return bytes.subarray(0, got);
      }
      const size = Math.min(skipped ? Math.max(SMALL_READ_BYTES, length) : window.length, window.length, end - at);
      windowStart = at;
      windowEnd = at + fill(window, at, size);
    }
    skipped = false;
    const from = at - windowStart;
    const bytes = window.subarray(from, Math.min(from + length, windowEnd - windowStart));
    at += bytes.length;
    return bytes;
  };
  let scratch = Buffer.alloc(0);
  const readBody = (bodyStart: number, bodyBytes: number) => (from: number, length: number) => {
    const size = Math.max(0, Math.min(length, bodyBytes - from, end - bodyStart - from));
    if (from < 0 || size === 0) return scratch.subarray(0, 0);
    if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(Math.max(size, SMALL_READ_BYTES));
    return scratch.subarray(0, fill(scratch, bodyStart + from, size));
  };

  const walk = walkTar<Want>(visitor);
  for (let step = walk.next(); !step.done; ) {
    const value = step.value;
    if (typeof value === 'number' && value > 0) step = walk.next(read(value));
    else if (typeof value === 'number') {
      const beyond = at - value > end;
      at = Math.min(at - value, end);
      skipped = skipped || at > windowEnd;
      if (beyond) visitor.problem(TRUNCATED_BODY);
      step = walk.next(window);
    } else {
      if (value.want.kind === 'random') value.want.read(readBody(at, value.sizeBytes));
      const beyond = at + value.sizeBytes > end;
      at = Math.min(at + value.sizeBytes, end);
      skipped = skipped || at > windowEnd;
      if (beyond) visitor.problem(TRUNCATED_BODY);
      step = walk.next(window);
    }
  }
  return { bytesRead };
}
