import { randomBytes } from 'node:crypto';
import { HoldfastError } from '#core/errors.ts';

export type BlobType = 'data' | 'tree';

/** Where a blob lies in its pack. */
export interface BlobRange {
  readonly type: BlobType;
  /** 32 bytes: the SHA-256 of the plain bytes. */
  readonly id: Buffer;
  readonly offsetBytes: number;
  /** As it lies there: sealed, perhaps compressed. */
  readonly sizeBytes: number;
  /** 0 when it is not compressed. */
  readonly plainSizeBytes: number;
}

/** A {@link BlobRange} and its pack. */
export interface BlobPlace extends BlobRange {
  readonly row: number;
  readonly pack: string;
}

/** All blobs that indexes and packs' headers tell of; some fifty bytes each. The same blob may lie in several packs. */
export interface BlobTable {
  /** The row of the blob in this pack; -1 when it is not kept, as the table has too many copies of it. @throws `RESTIC_INDEX_TOO_LARGE` */
  add(pack: string, blob: BlobRange): number;
  /** The rows of all copies. */
  find(type: BlobType, id: Buffer): readonly number[];
  place(row: number): BlobPlace;
  hasPack(pack: string): boolean;
  packs(): Iterable<string>;
  rows(): number;
  /** A byte of the caller's own for each row, 0 at first. */
  mark(row: number, value: number): void;
  marked(row: number): number;
  /** Rows of each pack, by its name, as of now. */
  rowsByPack(): (pack: string) => readonly number[];
}

const ROW_BYTES = 52;
const PAGE_ROWS = 65_536;
const PACK_AT = 32;
const OFFSET_AT = 36;
const SIZE_AT = 40;
const PLAIN_AT = 44;
const TYPE_AT = 48;
const MARK_AT = 49;
const MOST_ROWS = 2 ** 24;
const MOST_COPIES = 16;

export function blobTable(): BlobTable {
  const pages: Buffer[] = [];
  const names: string[] = [];
  const numbers = new Map<string, number>();
  let count = 0;
  // Open addressing; 0 is empty, else the row and one. Seeded, so that nobody can choose ids that collide.
  let slots = new Uint32Array(1024);
  const seed = randomBytes(32);
  const factors = Array.from({ length: 8 }, (_, i) => seed.readInt32LE(i * 4) | 1);

  const pageOf = (row: number): Buffer => {
    const page = pages[Math.floor(row / PAGE_ROWS)];
    if (page === undefined || row >= count) throw new RangeError(`there is no row ${row}`);
    return page;
  };
  const at = (row: number) => (row % PAGE_ROWS) * ROW_BYTES;
  const slotOf = (bytes: Buffer, from: number): number => {
    let hash = 0;
    for (const [index, factor] of factors.entries()) {
      hash = Math.imul(hash ^ bytes.readInt32LE(from + index * 4), factor);
      hash ^= hash >>> 15;
    }
    return hash & (slots.length - 1);
  };
  const put = (row: number) => {
    let slot = slotOf(pageOf(row), at(row));
    while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
    slots[slot] = row + 1;
  };
  const grow = () => {
    slots = new Uint32Array(slots.length * 2);
    for (let row = 0; row < count; row += 1) put(row);
  };
  const find = (type: BlobType, id: Buffer): number[] => {
    const found: number[] = [];
    const wanted = type === 'tree' ? 1 : 0;
    for (let slot = slotOf(id, 0); ; slot = (slot + 1) & (slots.length - 1)) {
      const row = (slots[slot] ?? 0) - 1;
      if (row < 0) return found;
      const page = pageOf(row);
      const from = at(row);
      if (page.compare(id, 0, 32, from, from + 32) === 0 && page[from + TYPE_AT] === wanted) found.push(row);
    }
  };
  const numberOf = (pack: string): number => {
    const known = numbers.get(pack);
    if (known !== undefined) return known;
    numbers.set(pack, names.length);
    return names.push(pack) - 1;
  };
  const same = (row: number, pack: number, blob: BlobRange): boolean => {
    const page = pageOf(row);
    const from = at(row);
    return (
      page.readUInt32LE(from + PACK_AT) === pack &&
      page.readUInt32LE(from + OFFSET_AT) === blob.offsetBytes &&
      page.readUInt32LE(from + SIZE_AT) === blob.sizeBytes &&
      page.readUInt32LE(from + PLAIN_AT) === blob.plainSizeBytes
    );
  };

  return {
    add: (packName, blob) => {
      const pack = numberOf(packName);
      const copies = find(blob.type, blob.id);
      const known = copies.find((row) => same(row, pack, blob));
      if (known !== undefined) return known;
      if (copies.length >= MOST_COPIES) return -1;
      if (count >= MOST_ROWS) {
        throw new HoldfastError('RESTIC_INDEX_TOO_LARGE', `The repository has more than ${MOST_ROWS} blobs`, {
          hint: 'Use restic check --read-data for a repository of this size.',
        });
      }
      if (count === pages.length * PAGE_ROWS) pages.push(Buffer.alloc(PAGE_ROWS * ROW_BYTES));
      const row = count;
      count += 1;
      const page = pageOf(row);
      const from = at(row);
      blob.id.copy(page, from, 0, 32);
      page.writeUInt32LE(pack, from + PACK_AT);
      page.writeUInt32LE(blob.offsetBytes, from + OFFSET_AT);
      page.writeUInt32LE(blob.sizeBytes, from + SIZE_AT);
      page.writeUInt32LE(blob.plainSizeBytes, from + PLAIN_AT);
      page.writeUInt8(blob.type === 'tree' ? 1 : 0, from + TYPE_AT);
      if (count * 2 > slots.length) grow();
      else put(row);
      return row;
    },
    find,
    place: (row) => {
      const page = pageOf(row);
      const from = at(row);
      return {
        row,
        pack: names[page.readUInt32LE(from + PACK_AT)] ?? '',
        type: page[from + TYPE_AT] === 1 ? 'tree' : 'data',
        id: page.subarray(from, from + 32),
        offsetBytes: page.readUInt32LE(from + OFFSET_AT),
        sizeBytes: page.readUInt32LE(from + SIZE_AT),
        plainSizeBytes: page.readUInt32LE(from + PLAIN_AT),
      };
    },
    hasPack: (pack) => numbers.has(pack),
    packs: () => numbers.keys(),
    rows: () => count,
    mark: (row, value) => pageOf(row).writeUInt8(value, at(row) + MARK_AT),
    marked: (row) => pageOf(row)[at(row) + MARK_AT] ?? 0,
    rowsByPack: () => {
      const packOf = (row: number) => pageOf(row).readUInt32LE(at(row) + PACK_AT);
      const ends = new Uint32Array(names.length + 1);
      for (let row = 0; row < count; row += 1) ends[packOf(row) + 1] = (ends[packOf(row) + 1] ?? 0) + 1;
      for (let pack = 1; pack < ends.length; pack += 1) ends[pack] = (ends[pack] ?? 0) + (ends[pack - 1] ?? 0);
      const sorted = new Uint32Array(count);
      const next = ends.slice();
      for (let row = 0; row < count; row += 1) {
        const place = next[packOf(row)] ?? 0;
        sorted[place] = row;
        next[packOf(row)] = place + 1;
      }
      return (pack) => {
        const number = numbers.get(pack);
        return number === undefined ? [] : [...sorted.subarray(ends[number], ends[number + 1])];
      };
    },
  };
}
