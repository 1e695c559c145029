import { LARGEST_BLOCK_BYTES, LARGEST_KEY_BYTES } from '#advisory/store/format.ts';
import { corrupt } from '#advisory/store/store-error.ts';

/** Where a block lies, and its first key. */
export interface BlockPlace {
  readonly firstKey: Buffer;
  readonly storedBytes: number;
  readonly sizeBytes: number;
}

/** The index, read in place. */
export interface BlockIndex {
  readonly count: number;
  firstKey(block: number): Buffer;
  offset(block: number): number;
  storedBytes(block: number): number;
  sizeBytes(block: number): number;
}

const ROW_BYTES = 12;

/** The index's bytes: count (4), a row for each block (stored bytes, size, end of its key among the keys), the keys. */
export function packIndex(blocks: readonly BlockPlace[]): Buffer {
  const rows = Buffer.alloc(4 + blocks.length * ROW_BYTES);
  rows.writeUInt32LE(blocks.length, 0);
  let keyEnd = 0;
  for (const [at, { firstKey, storedBytes, sizeBytes }] of blocks.entries()) {
    keyEnd += firstKey.length;
    const row = 4 + at * ROW_BYTES;
    rows.writeUInt32LE(storedBytes, row);
    rows.writeUInt32LE(sizeBytes, row + 4);
    rows.writeUInt32LE(keyEnd, row + 8);
  }
  return Buffer.concat([rows, ...blocks.map(({ firstKey }) => firstKey)]);
}

/**
 * @throws `ADVISORIES_CORRUPT` unless the blocks lie one after the other from `start` to `end`, are no larger than
 * allowed, and come in the order of their keys
 */
export function parseIndex(bytes: Buffer, start: number, end: number): BlockIndex {
  const count = bytes.length < 4 ? -1 : bytes.readUInt32LE(0);
  const keysStart = 4 + count * ROW_BYTES;
  if (count < 0 || keysStart > bytes.length) throw corrupt('its index is too short');
  const field = (block: number, at: number) => bytes.readUInt32LE(4 + block * ROW_BYTES + at);
  const keyStart = (block: number) => keysStart + (block === 0 ? 0 : field(block - 1, 8));
  const firstKey = (block: number) => bytes.subarray(keyStart(block), keysStart + field(block, 8));
  const offsets = new Float64Array(count);
  let offset = start;
  for (let block = 0; block < count; block += 1) {
    offsets[block] = offset;
    offset += field(block, 0);
    const keyBytes = keysStart + field(block, 8) - keyStart(block);
    if (field(block, 4) > LARGEST_BLOCK_BYTES + LARGEST_KEY_BYTES || keyBytes <= 0 || keyBytes > LARGEST_KEY_BYTES) {
      throw corrupt('its index names a block that cannot be');
    }
    if (keysStart + field(block, 8) > bytes.length) throw corrupt('its index is too short');
    const [before, at, keyEnd] = [keyStart(Math.max(block - 1, 0)), keyStart(block), keysStart + field(block, 8)];
    if (block > 0 && bytes.compare(bytes, at, keyEnd, before, at) > 0) throw corrupt('its index is not sorted');
  }
  if (offset !== end) throw corrupt('its blocks do not add up');
  return {
    count,
    firstKey,
    offset: (block) => offsets[block] ?? end,
    storedBytes: (block) => field(block, 0),
    sizeBytes: (block) => field(block, 4),
  };
}
