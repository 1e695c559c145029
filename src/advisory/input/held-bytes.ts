import { HoldfastError } from '#core/errors.ts';

/** Debian's tracker, the largest of the public documents, has about half of it. */
const DOCUMENT_LIMIT_BYTES = 128 * 1024 * 1024;
/** Until so many bytes the chunks are held as they come. */
const SMALL_BYTES = 8 * 1024 * 1024;

/** The bytes of a text that are not yet read. */
export interface HeldBytes {
  /** @throws `ADVISORY_INPUT_LIMIT` beyond 128 MiB or the smaller `limitBytes`; then nothing is held any more */
  append(bytes: Buffer, limitBytes?: number): void;
  sizeBytes(): number;
  /** Gives what is held and holds it no longer: it lasts until the next bytes come. */
  release(): Buffer;
}

/**
 * Made once for all inputs: what is large goes into one piece of memory that every document uses anew, so that neither
 * many chunks of one document nor those of the last one wait to be collected. Memory counts once it is written to.
 */
export function createHeldBytes(): HeldBytes {
  let small: Buffer[] = [];
  let sizeBytes = 0;
  let large: Buffer | undefined;

  const clear = () => {
    small = [];
    sizeBytes = 0;
  };
  const moved = (): Buffer => {
    large ??= Buffer.allocUnsafeSlow(DOCUMENT_LIMIT_BYTES);
    let at = 0;
    for (const bytes of small) at += bytes.copy(large, at);
    small = [];
    return large;
  };
  return {
    append(bytes, limitBytes = DOCUMENT_LIMIT_BYTES) {
      if (bytes.length === 0) return;
      if (sizeBytes + bytes.length > limitBytes) {
        clear();
        throw new HoldfastError('ADVISORY_INPUT_LIMIT', `A document or line has more than ${limitBytes} bytes`, {
          hint: 'No public feed is that large. Split it into several files, or into lines of one record each.',
        });
      }
      if (sizeBytes + bytes.length <= SMALL_BYTES) small.push(bytes);
      else bytes.copy(sizeBytes > SMALL_BYTES && large !== undefined ? large : moved(), sizeBytes);
      sizeBytes += bytes.length;
    },
    sizeBytes: () => sizeBytes,
    release() {
      const [only] = small;
      const whole = sizeBytes > SMALL_BYTES ? large?.subarray(0, sizeBytes) : undefined;
      const bytes = whole ?? (small.length === 1 && only !== undefined ? only : Buffer.concat(small));
      clear();
      return bytes;
    },
  };
}
