import type { Damage } from './damage.ts';

const HASH_MAGIC = 0x0006_1561;
const BTREE_MAGIC = 0x0005_3162;
const META_BYTES = 512;
const PAGE_HEADER_BYTES = 26;
/** Page types. */
const HASH_UNSORTED = 2;
const OVERFLOW = 7;
const HASH = 13;
/** Item types on hash pages. */
const KEY_DATA = 1;
const OFF_PAGE = 3;
const OFF_PAGE_BYTES = 12;

interface Pages {
  readonly littleEndian: boolean;
  readonly pageBytes: number;
  readonly last: number;
  /** A page that says it has this number. */
  page(number: number): DataView | undefined;
}

/** True for a Berkeley DB file of either kind and byte order. */
export function isBerkeley(bytes: Buffer): boolean {
  if (bytes.length < 16) return false;
  return [bytes.readUInt32LE(12), bytes.readUInt32BE(12)].some(
    (magic) => magic === HASH_MAGIC || magic === BTREE_MAGIC,
  );
}

/**
 * Header blobs of an rpm database in Berkeley DB's hash format, versions 8 to 10, of either byte order (rpm,
 * lib/backend/bdb_ro.c). All hash pages are read, reachable from their buckets or not, so that a damaged page
 * costs no other. Codes: `RPM_BDB_HEADER`, `RPM_BDB_PAGE`, `RPM_BDB_ITEM`.
 */
export function* readBerkeley(bytes: Buffer, damage: Damage): Generator<Buffer, void, undefined> {
  const pages = openPages(bytes, damage);
  if (pages === undefined) return;
  const used = new Uint8Array(pages.last + 1);
  for (let number = 1; number <= pages.last && !damage.hopeless(); number += 1) {
    const type = bytes[number * pages.pageBytes + 25];
    if (type !== HASH && type !== HASH_UNSORTED) continue;
    const page = pages.page(number);
    if (page === undefined) damage.report('RPM_BDB_PAGE', `Page ${number} says it is another`);
    else yield* readHashPage(pages, page, number, used, damage);
  }
}

/** The meta page: byte order, version, page size, last page (Berkeley DB, dbinc/db_page.h, `HMETA33`). */
function openPages(bytes: Buffer, damage: Damage): Pages | undefined {
  const refuse = (why: string) => {
    damage.report('RPM_BDB_HEADER', why);
    return undefined;
  };
  if (bytes.length < META_BYTES) return refuse('The database is cut off in its first page');
  const littleEndian = bytes.readUInt32BE(12) !== HASH_MAGIC;
  const meta = new DataView(bytes.buffer, bytes.byteOffset, META_BYTES);
  const version = meta.getUint32(16, littleEndian);
  const pageBytes = meta.getUint32(20, littleEndian);
  if (meta.getUint32(12, littleEndian) !== HASH_MAGIC) return refuse('The database is no hash table');
  if (version < 8 || version > 10) return refuse(`The hash table is of version ${version}, which is not known`);
  if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) {
    return refuse(`The database has pages of ${pageBytes} bytes`);
  }
  // Both change the layout of pages, and rpm uses neither.
  if (meta.getUint8(24) !== 0 || (meta.getUint8(26) & 1) !== 0)
    return refuse('The database is encrypted or checksummed');
  const declared = meta.getUint32(32, littleEndian);
  const inFile = Math.floor(bytes.length / pageBytes) - 1;
  if (declared > inFile) {
    damage.report('RPM_BDB_PAGE', `The database is cut off: it has ${inFile} of ${declared} pages`);
  }
  const last = Math.max(0, Math.min(declared, inFile));
  return {
    littleEndian,
    pageBytes,
    last,
    page: (number) => {
      if (number < 1 || number > last) return undefined;
      const view = new DataView(bytes.buffer, bytes.byteOffset + number * pageBytes, pageBytes);
      return view.getUint32(8, littleEndian) === number ? view : undefined;
    },
  };
}

/** Keys and values take turns; offsets fall from the page's end. Key 0 holds the counter of packages, not one. */
function* readHashPage(
  pages: Pages,
  page: DataView,
  number: number,
  used: Uint8Array,
  damage: Damage,
): Generator<Buffer, void, undefined> {
  const declared = page.getUint16(20, pages.littleEndian);
  const items = Math.min(declared, Math.floor((pages.pageBytes - PAGE_HEADER_BYTES) / 3));
  if (items < declared) damage.report('RPM_BDB_PAGE', `Page ${number} says it has ${declared} items`);
  const offset = (index: number) => page.getUint16(PAGE_HEADER_BYTES + index * 2, pages.littleEndian);
  for (let index = 0; index + 1 < items && !damage.hopeless(); index += 2) {
    const end = index === 0 ? pages.pageBytes : offset(index - 1);
    const key = offset(index);
    const value = offset(index + 1);
    if (value >= key || key >= end || end > pages.pageBytes) {
      damage.report('RPM_BDB_ITEM', `Item ${index} of page ${number} is damaged`);
      continue;
    }
    if (end - key === 5 && page.getUint8(key) === KEY_DATA && page.getUint32(key + 1) === 0) continue;
    const blob = readValue(pages, page, value, key - value, used);
    if (blob === undefined) damage.report('RPM_BDB_ITEM', `Item ${index + 1} of page ${number} is damaged`);
    else yield blob;
  }
}

function readValue(pages: Pages, page: DataView, at: number, length: number, used: Uint8Array): Buffer | undefined {
  const type = page.getUint8(at);
  if (type === KEY_DATA) return Buffer.from(page.buffer, page.byteOffset + at + 1, length - 1);
  if (type !== OFF_PAGE || length !== OFF_PAGE_BYTES) return undefined;
  const total = page.getUint32(at + 8, pages.littleEndian);
  const parts: Buffer[] = [];
  let missing = total;
  let next = page.getUint32(at + 4, pages.littleEndian);
  while (missing > 0) {
    // No overflow page is part of two values: cycles end here.
    const overflow = used[next] === 0 ? pages.page(next) : undefined;
    if (overflow === undefined || overflow.getUint8(25) !== OVERFLOW) return undefined;
    used[next] = 1;
    const taken = overflow.getUint16(22, pages.littleEndian);
    if (taken === 0 || taken > missing || taken > pages.pageBytes - PAGE_HEADER_BYTES) return undefined;
    parts.push(Buffer.from(overflow.buffer, overflow.byteOffset + PAGE_HEADER_BYTES, taken));
    missing -= taken;
    next = overflow.getUint32(16, pages.littleEndian);
  }
  return Buffer.concat(parts, total);
}
