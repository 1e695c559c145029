import { zstdCorrupt } from '#base/compress/zstd-corrupt.ts';

/** Windows beyond this are refused unless less is said, as decoders do by default (`zstd --long=27`). */
export const MAX_WINDOW_BYTES = 128 * 1024 * 1024;
const MAX_BLOCK_BYTES = 128 * 1024;
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const EMPTY = Buffer.alloc(0);

/** Bytes that pass by once. */
interface Passing {
  /** Exactly `length` bytes. @throws `ZSTD_CORRUPT` at the end */
  take(length: number): Promise<Buffer>;
  /** The next `length` bytes in parts. @throws `ZSTD_CORRUPT` at the end */
  parts(length: number): AsyncGenerator<Buffer>;
  ended(): Promise<boolean>;
}

/**
 * Cuts compressed bytes into their frames (RFC 8878, section 3.1), skippable ones left out. Each must be read to its end
 * before the next is asked for. Whether all frames are whole is known from the blocks' headers alone, which decoders do
 * not all tell: one of Node's stops behind the first frame, and takes half a frame for a whole one.
 * @throws `ZSTD_CORRUPT`, and what the chunks throw
 */
export async function* zstdFrames(
  chunks: AsyncIterable<Uint8Array>,
  mostWindowBytes: number,
): AsyncGenerator<AsyncGenerator<Buffer>> {
  const source = chunks[Symbol.asyncIterator]();
  const bytes = passing(source);
  try {
    while (!(await bytes.ended())) {
      const magic = (await bytes.take(4)).readUInt32LE(0);
      if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
        const length = (await bytes.take(4)).readUInt32LE(0);
        for await (const _ of bytes.parts(length));
      } else if (magic === MAGIC) yield frame(bytes, mostWindowBytes);
      else throw zstdCorrupt();
    }
  } finally {
    await source.return?.();
  }
}

async function* frame(bytes: Passing, mostWindowBytes: number): AsyncGenerator<Buffer> {
  const magic = Buffer.alloc(4);
  magic.writeUInt32LE(MAGIC);
  const descriptor = (await bytes.take(1)).readUInt8(0);
  if ((descriptor & 0x08) !== 0) throw zstdCorrupt();
  const single = (descriptor & 0x20) !== 0;
  const contentSizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const rest = await bytes.take((single ? 0 : 1) + dictionaryBytes + contentSizeBytes);
  const windowBytes = single ? contentSize(rest.subarray(dictionaryBytes)) : windowSize(rest.readUInt8(0));
  if (windowBytes > mostWindowBytes) throw zstdCorrupt(`it asks for a window of ${windowBytes} bytes`);
  yield Buffer.concat([magic, Buffer.from([descriptor]), rest]);
  for (let last = false; !last; ) {
    const header = await bytes.take(3);
    const word = header.readUIntLE(0, 3);
    last = (word & 1) === 1;
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type === 3 || (type !== 1 && size > MAX_BLOCK_BYTES)) throw zstdCorrupt();
    yield header;
    yield* bytes.parts(type === 1 ? 1 : size);
  }
  if ((descriptor & 0x04) !== 0) yield await bytes.take(4);
}

function windowSize(byte: number): number {
  const base = 2 ** (10 + (byte >> 3));
  return base + (base / 8) * (byte & 7);
}

function contentSize(field: Buffer): number {
  if (field.length === 2) return field.readUInt16LE(0) + 256;
  if (field.length === 8) return field.readUInt32LE(4) * 2 ** 32 + field.readUInt32LE(0);
  return field.readUIntLE(0, field.length);
}

function passing(source: AsyncIterator<Uint8Array>): Passing {
  let chunk: Buffer = EMPTY;
  const ended = async (): Promise<boolean> => {
    while (chunk.length === 0) {
      const next = await source.next();
      if (next.done === true) return true;
      chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    return false;
  };
  const parts = async function* (length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (await ended()) throw zstdCorrupt();
      const part = chunk.subarray(0, left);
      chunk = chunk.subarray(part.length);
      left -= part.length;
      yield part;
    }
  };
  const take = async (length: number): Promise<Buffer> => {
    const part = chunk.subarray(0, length);
    chunk = chunk.subarray(part.length);
    if (part.length === length) return part;
    const all = [part];
    for await (const more of parts(length - part.length)) all.push(more);
    return Buffer.concat(all, length);
  };
  return { take, parts, ended };
}
