import { createHash } from 'node:crypto';

/** A file's bytes from front to back, hashed as they pass. */
export interface SequentialBytes {
  /** Exactly so many bytes. They stay as they are. @throws what reading throws */
  take(lengthBytes: number): Promise<Buffer>;
  skip(lengthBytes: number): Promise<void>;
  /** SHA-256 of all that passed, in hexadecimal digits. */
  digest(): string;
}

/** Short enough that nothing else of the program waits long for one, long enough that reads cost little. */
const WINDOW_BYTES = 4 * 1024 * 1024;

/** @param read so many bytes from an offset; the next window is asked for while one is used */
export function sequentialBytes(
  read: (offsetBytes: number, lengthBytes: number) => Promise<Buffer>,
  sizeBytes: number,
): SequentialBytes {
  const hash = createHash('sha256');
  let asked = 0;
  let window: Buffer = Buffer.alloc(0);
  const ask = (): Promise<Buffer> => {
    const length = Math.min(WINDOW_BYTES, sizeBytes - asked);
    const answer = length === 0 ? Promise.resolve(Buffer.alloc(0)) : read(asked, length);
    asked += length;
    // Its error is thrown when its turn comes.
    answer.catch(() => undefined);
    return answer;
  };
  let coming: Promise<Buffer> | undefined;
  const advance = async () => {
    window = await (coming ?? ask());
    coming = ask();
    if (window.length === 0) throw new RangeError('more bytes are wanted than there are');
    hash.update(window);
  };
  const pass = async (lengthBytes: number, each: (part: Buffer) => void) => {
    for (let left = lengthBytes; left > 0; ) {
      if (window.length === 0) await advance();
      const part = window.subarray(0, left);
      window = window.subarray(part.length);
      left -= part.length;
      each(part);
    }
  };
  return {
    take: async (lengthBytes) => {
      const parts: Buffer[] = [];
      await pass(lengthBytes, (part) => parts.push(part));
      return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    },
    skip: (lengthBytes) => pass(lengthBytes, () => undefined),
    digest: () => hash.digest('hex'),
  };
}
