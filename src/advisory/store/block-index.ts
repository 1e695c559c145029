import { LARGEST_BLOCK_BYTES, LARGEST_KEY_BYTES } from '#advisory/store/format.ts';
import { corrupt } from '#advisory/store/store-error.ts';

/** Where a block lies, and its first key. */
export interface BlockPlace {
  readonly firstKey: Buffer;
  readonly storedBytes: number;
  readonly sizeBytes: number;
}

/**
 * The index, read in place: opening a file costs nothing for blocks that nobody asks for. A row that cannot be is
 * found when its block is: whatever tells of one throws `ADVISORIES_CORRUPT`.
 */
export interface BlockIndex {
  readonly count: number;
  /** Bytes as characters, which compare as the bytes do. */
  firstKey(block: number): string;
  offset(block: number): number;
  storedBytes(block: number): number;
  sizeBytes(block: number): number;
}

const ROW_BYTES = 16;

/** The index's bytes: count (4), a row for each block (where it ends (8, a double), size, end of its key among the keys), the keys. */
export function packIndex(blocks: readonly BlockPlace[], start: number): Buffer {
  const rows = Buffer.alloc(4 + blocks.length * ROW_BYTES);
  rows.writeUInt32LE(blocks.length, 0);
  let end = start;
  let keyEnd = 0;
  for (const [at, { firstKey, storedBytes, sizeBytes }] of blocks.entries()) {
    end += storedBytes;
    keyEnd += firstKey.length;
    const row = 4 + at * ROW_BYTES;
    rows.writeDoubleLE(end, row);
    rows.writeUInt32LE(sizeBytes, row + 8);
    rows.writeUInt32LE(keyEnd, row + 12);
  }
  return Buffer.concat([rows, ...blocks.map(({ firstKey }) => firstKey)]);
}

/** @throws `ADVISORIES_CORRUPT` unless the index is as long as it says, and its blocks lie between `start` and `end` */
export function parseIndex(bytes: Buffer, start: number, end: number): BlockIndex {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length < 4 ? -1 : view.getUint32(0, true);
  const keysStart = 4 + count * ROW_BYTES;
  if (count < 0 || keysStart > bytes.length) throw corrupt('its index is too short');
  const keys = bytes.toString('latin1', keysStart);
  const endOf = (block: number) => (block < 0 ? start : view.getFloat64(4 + block * ROW_BYTES, true));
  const keyEnd = (block: number) => (block < 0 ? 0 : view.getUint32(16 + block * ROW_BYTES, true));
  if (endOf(count - 1) !== end) throw corrupt('its blocks do not add up');
  return {
    count,
    firstKey(block) {
      const [from, to] = [keyEnd(block - 1), keyEnd(block)];
      if (from >= to || to > keys.length || to - from > LARGEST_KEY_BYTES) throw corrupt('its index breaks off');
      return keys.slice(from, to);
    },
    offset: (block) => endOf(block - 1),
    storedBytes(block) {
      const [from, to] = [endOf(block - 1), endOf(block)];
      const possible = Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= start && to <= end;
      if (!possible || to < from || to - from > 2 * LARGEST_BLOCK_BYTES)
        throw corrupt('its index names a block that cannot be');
      return to - from;
    },
    sizeBytes(block) {
      const size = view.getUint32(12 + block * ROW_BYTES, true);
      if (size > LARGEST_BLOCK_BYTES + LARGEST_KEY_BYTES) throw corrupt('its index names a block that cannot be');
      return size;
    },
  };
}
