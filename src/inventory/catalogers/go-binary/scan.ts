import { decodeBuildInfo } from './build-info.ts';
import type { Found } from './find-build-info.ts';
import { ALIGNMENT, MAGIC } from './format.ts';
import type { FileRange } from './program-file.ts';

const FIRST_CAPTURE_BYTES = 4096;
const MAX_FALSE_STARTS = 64;

/** `out-of-reach`: the strings stand elsewhere in a file that has passed by. */
export type Scanned = Found | { readonly kind: 'out-of-reach' };

export interface Scanner {
  /** False: all is known, or nothing can come any more. */
  push(chunk: Buffer): boolean;
  end(): Scanned;
}

/**
 * Looks for build information in a file that passes by once, in chunks of any size, keeping only what a mark starts.
 * Offsets stand for addresses here: linkers keep both alike modulo the page size.
 */
export function scanForBuildInfo(ranges: readonly FileRange[] | 'anywhere'): Scanner {
  const last = ranges === 'anywhere' ? Infinity : Math.max(0, ...ranges.map((range) => range.offset + range.sizeBytes));
  /** The end of what passed by, where a mark could have begun; room for the same length of what follows. */
  const seam = Buffer.alloc(2 * (MAGIC.length - 1));
  let seamLength = 0;
  let position = 0;
  let capture: Buffer | undefined;
  let captured = 0;
  let falseStarts = 0;
  let result: Scanned = { kind: 'none' };
  let done = false;

  const finish = (scanned: Scanned) => {
    result = scanned;
    done = true;
  };

  /** Adds to what a mark started, and goes on behind it when it was none. */
  const continueCapture = (bytes: Buffer) => {
    let buffer = capture ?? Buffer.allocUnsafe(FIRST_CAPTURE_BYTES);
    if (captured + bytes.length > buffer.length) {
      const larger = Buffer.allocUnsafe(2 * (captured + bytes.length));
      buffer.copy(larger, 0, 0, captured);
      buffer = larger;
    }
    bytes.copy(buffer, captured);
    captured += bytes.length;
    capture = buffer;
    const decoded = decodeBuildInfo(buffer.subarray(0, captured));
    if (decoded.kind === 'more') return;
    if (decoded.kind === 'info' || decoded.kind === 'too-large') finish(decoded);
    else if (decoded.kind === 'pointers') finish({ kind: 'out-of-reach' });
    else {
      falseStarts += 1;
      capture = undefined;
      const rest = buffer.subarray(1, captured);
      captured = 0;
      if (falseStarts >= MAX_FALSE_STARTS) finish({ kind: 'none' });
      else search(rest, position - rest.length);
    }
  };

  /** A mark counts where it is aligned and in a range, whatever chunk it comes with. */
  const counts = (offset: number) =>
    offset % ALIGNMENT === 0 &&
    (ranges === 'anywhere' ||
      ranges.some((range) => offset >= range.offset && offset < range.offset + range.sizeBytes));

  /** Finds the first mark that counts; `offset` is the file's at the first byte. */
  const search = (bytes: Buffer, offset: number) => {
    for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + 1)) {
      if (counts(offset + at)) {
        continueCapture(bytes.subarray(at));
        return;
      }
    }
  };

  const wanted = (start: number, end: number) =>
    ranges === 'anywhere' || ranges.some((range) => start < range.offset + range.sizeBytes && end > range.offset);

  const keepSeam = (chunk: Buffer) => {
    const half = MAGIC.length - 1;
    const kept = Math.min(half, seamLength + chunk.length);
    const fromChunk = Math.min(kept, chunk.length);
    seam.copyWithin(0, seamLength - (kept - fromChunk), seamLength);
    chunk.copy(seam, kept - fromChunk, chunk.length - fromChunk);
    seamLength = kept;
  };

  return {
    push(chunk) {
      if (done) return false;
      const start = position;
      position += chunk.length;
      if (capture !== undefined) continueCapture(chunk);
      else if (wanted(start - seamLength, position)) {
        const ahead = Math.min(MAGIC.length - 1, chunk.length);
        chunk.copy(seam, seamLength, 0, ahead);
        const joined = seam.subarray(0, seamLength + ahead).indexOf(MAGIC);
        if (joined >= 0 && joined < seamLength && counts(start - seamLength + joined)) {
          const front = Buffer.from(seam.subarray(joined, seamLength));
          position = start;
          continueCapture(front);
          position += chunk.length;
          if (capture !== undefined) continueCapture(chunk);
        } else search(chunk, start);
      }
      keepSeam(chunk);
      return !done && (capture !== undefined || position < last);
    },
    end() {
      if (!done && capture !== undefined) finish({ kind: 'unreadable' });
      return result;
    },
  };
}
