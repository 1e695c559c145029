/** Small rpm databases, made byte by byte as the formats' documents say. */

type TagValue = string | readonly string[] | { readonly numbers: readonly number[] } | { readonly i18n: string };

/** Tags that packages have in these tests. */
export const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  summary: 1004,
  vendor: 1011,
  licence: 1014,
  architecture: 1022,
  oldFileNames: 1027,
  sourceRpm: 1044,
  directoryIndexes: 1116,
  baseNames: 1117,
  directoryNames: 1118,
  modularity: 5096,
} as const;

function encode(value: TagValue): { readonly type: number; readonly count: number; readonly bytes: Buffer } {
  if (typeof value === 'string') return { type: 6, count: 1, bytes: Buffer.from(`${value}\0`) };
  if ('numbers' in value) {
    const bytes = Buffer.alloc(value.numbers.length * 4);
    for (const [index, number] of value.numbers.entries()) bytes.writeUInt32BE(number, index * 4);
    return { type: 4, count: value.numbers.length, bytes };
  }
  if ('i18n' in value) return { type: 9, count: 1, bytes: Buffer.from(`${value.i18n}\0`) };
  return { type: 8, count: value.length, bytes: Buffer.from(value.map((text) => `${text}\0`).join('')) };
}

/** A header of these tags, in this order. */
export function makeHeader(tags: readonly (readonly [tag: number, value: TagValue])[]): Buffer {
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [tag, value] of tags) {
    const { type, count, bytes } = encode(value);
    const padding = type === 4 ? (4 - (offset % 4)) % 4 : 0;
    offset += padding;
    index.push(words(tag, type, offset, count));
    data.push(Buffer.alloc(padding), bytes);
    offset += bytes.length;
  }
  return Buffer.concat([words(tags.length, offset), ...index, ...data]);
}

/** A package's header with what most have; `size` bytes of summary make it long. */
export function makePackage(name: string, version = '1.0', release = '1', size = 10): Buffer {
  return makeHeader([
    [TAG.name, name],
    [TAG.version, version],
    [TAG.release, release],
    [TAG.summary, { i18n: 's'.repeat(size) }],
    [TAG.architecture, 'x86_64'],
    [TAG.sourceRpm, `${name}-${version}-${release}.src.rpm`],
  ]);
}

function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number >>> 0, index * 4);
  return bytes;
}

function littleWords(...numbers: readonly number[]): Buffer {
  return words(...numbers).swap32();
}

/** rpm's ndb: a page of slots, one left empty, and blobs. */
export function makeNdb(blobs: readonly Buffer[]): Buffer {
  const slots: Buffer[] = [Buffer.from('Slot'), Buffer.alloc(12)];
  const bodies: Buffer[] = [];
  let block = 256;
  for (const [index, blob] of blobs.entries()) {
    const blocks = Math.ceil((16 + blob.length + 12) / 16);
    slots.push(Buffer.from('Slot'), littleWords(index + 1, block, blocks));
    const padding = Buffer.alloc(blocks * 16 - 28 - blob.length);
    const head = [Buffer.from('BlbS'), littleWords(index + 1, 0, blob.length)];
    bodies.push(...head, blob, padding, littleWords(0, blob.length), Buffer.from('BlbE'));
    block += blocks;
  }
  const header = Buffer.concat([Buffer.from('RpmP'), littleWords(0, 1, 1, blobs.length + 1, 0, 0, 0)]);
  const used = Buffer.concat([header, ...slots]);
  const free = Buffer.concat(
    Array.from({ length: (4096 - used.length) / 16 }, () => Buffer.concat([Buffer.from('Slot'), Buffer.alloc(12)])),
  );
  return Buffer.concat([used, free, ...bodies]);
}

/** Berkeley DB's hash: one bucket page with all keys, values on overflow pages, the counter at key 0 in between. */
export function makeBerkeley(blobs: readonly Buffer[], littleEndian = true, pageBytes = 512): Buffer {
  const u32 = (page: Buffer, value: number, at: number) =>
    littleEndian ? page.writeUInt32LE(value, at) : page.writeUInt32BE(value, at);
  const u16 = (page: Buffer, value: number, at: number) =>
    littleEndian ? page.writeUInt16LE(value, at) : page.writeUInt16BE(value, at);
  const newPage = (number: number, type: number) => {
    const page = Buffer.alloc(pageBytes);
    u32(page, number, 8);
    page[25] = type;
    return page;
  };
  const hash = newPage(1, 13);
  const overflow: Buffer[] = [];
  let items = 0;
  let free = pageBytes;
  const add = (item: Buffer) => {
    free -= item.length;
    item.copy(hash, free);
    u16(hash, free, 26 + items * 2);
    items += 1;
  };
  const key = (number: number) => {
    const item = Buffer.alloc(5, 1);
    u32(item, number, 1);
    return item;
  };
  add(key(0));
  add(key(blobs.length));
  for (const [index, blob] of blobs.entries()) {
    add(key(index + 1));
    const item = Buffer.alloc(12);
    item[0] = 3;
    u32(item, overflow.length + 2, 4);
    u32(item, blob.length, 8);
    add(item);
    for (let at = 0; at < blob.length; at += pageBytes - 26) {
      const part = blob.subarray(at, at + pageBytes - 26);
      const page = newPage(overflow.length + 2, 7);
      u16(page, part.length, 22);
      if (at + part.length < blob.length) u32(page, overflow.length + 3, 16);
      part.copy(page, 26);
      overflow.push(page);
    }
  }
  u16(hash, items, 20);
  const meta = newPage(0, 8);
  u32(meta, 0x61561, 12);
  u32(meta, 9, 16);
  u32(meta, pageBytes, 20);
  u32(meta, overflow.length + 1, 32);
  return Buffer.concat([meta, hash, ...overflow]);
}

function varint(value: number): Buffer {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest & 0x7f) | 0x80);
  return Buffer.from(bytes);
}

function record(values: readonly (string | number | Buffer | null)[]): Buffer {
  const types: Buffer[] = [];
  const body: Buffer[] = [];
  for (const value of values) {
    if (value === null) types.push(varint(0));
    else if (typeof value === 'number') {
      types.push(varint(4));
      body.push(words(value));
    } else {
      const bytes = Buffer.from(value);
      types.push(varint(bytes.length * 2 + (typeof value === 'string' ? 13 : 12)));
      body.push(bytes);
    }
  }
  const header = Buffer.concat(types);
  return Buffer.concat([varint(header.length + 1), header, ...body]);
}

/** SQLite: page 1 with the schema, page 2 the table's root, one leaf a row, overflow pages of 512 bytes. */
export function makeSqlite(blobs: readonly Buffer[], table = 'Packages'): Buffer {
  const size = 512;
  const pages: Buffer[] = [Buffer.alloc(size), Buffer.alloc(size)];
  const addPage = () => pages.push(Buffer.alloc(size));
  const leaf = (page: Buffer, start: number, cell: Buffer) => {
    page[start] = 13;
    page.writeUInt16BE(1, start + 3);
    page.writeUInt16BE(size - cell.length, start + 8);
    cell.copy(page, size - cell.length);
  };
  const cellOf = (payload: Buffer, key: number) => {
    const least = Math.floor(((size - 12) * 32) / 255) - 23;
    const wanted = least + ((payload.length - least) % (size - 4));
    const local = payload.length <= size - 35 ? payload.length : wanted <= size - 35 ? wanted : least;
    const head = Buffer.concat([varint(payload.length), varint(key), payload.subarray(0, local)]);
    if (local === payload.length) return head;
    const first = pages.length + 1;
    for (let at = local; at < payload.length; at += size - 4) {
      const page = pages[addPage() - 1] ?? Buffer.alloc(0);
      if (at + size - 4 < payload.length) page.writeUInt32BE(pages.length + 1, 0);
      payload.copy(page, 4, at, at + size - 4);
    }
    return Buffer.concat([head, words(first)]);
  };
  const [first = Buffer.alloc(0), root = Buffer.alloc(0)] = pages;
  const cells: Buffer[] = [];
  for (const [index, blob] of blobs.entries()) {
    const page = pages[addPage() - 1] ?? Buffer.alloc(0);
    cells.push(Buffer.concat([words(pages.length), varint(index + 1)]));
    leaf(page, 0, cellOf(record([null, blob]), index + 1));
  }
  const last = cells.pop();
  if (last === undefined) root[0] = 13;
  else {
    root[0] = 5;
    root.writeUInt16BE(cells.length, 3);
    last.copy(root, 8, 0, 4);
    let free = size;
    for (const [index, cell] of cells.entries()) {
      free -= cell.length;
      cell.copy(root, free);
      root.writeUInt16BE(free, 12 + index * 2);
    }
  }
  leaf(first, 100, cellOf(record(['table', table, table, 2, `CREATE TABLE ${table} (hnum, blob)`]), 1));
  first.write('SQLite format 3\0', 'latin1');
  first.writeUInt16BE(size, 16);
  first.set([2, 2, 0], 18);
  first.writeUInt32BE(pages.length, 28);
  first.writeUInt32BE(1, 56);
  return Buffer.concat(pages);
}

/** A write-ahead log that makes `to` of a database, a commit after every `perCommit` pages, none when it is 0. */
export function makeWal(to: Buffer, perCommit: number, bigEndian = false, pageBytes = 512): Buffer {
  const sum: [number, number] = [0, 0];
  const add = (bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += 8) {
      const word = (offset: number) => (bigEndian ? bytes.readUInt32BE(offset) : bytes.readUInt32LE(offset));
      sum[0] = (sum[0] + word(at) + sum[1]) >>> 0;
      sum[1] = (sum[1] + word(at + 4) + sum[0]) >>> 0;
    }
    return words(...sum);
  };
  const salts = words(0x1234_5678, 0x9abc_def0);
  const intro = Buffer.concat([words(bigEndian ? 0x377f_0683 : 0x377f_0682, 3_007_000, pageBytes, 0), salts]);
  const parts = [intro, add(intro)];
  const pages = to.length / pageBytes;
  for (let page = 1; page <= pages; page += 1) {
    const content = to.subarray((page - 1) * pageBytes, page * pageBytes);
    const commits = perCommit > 0 && page % perCommit === 0;
    const start = words(page, commits ? pages : 0);
    add(start);
    parts.push(start, salts, add(content), content);
  }
  return Buffer.concat(parts);
}
