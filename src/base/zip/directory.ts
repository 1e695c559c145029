import { zipCorrupt, zipLimit } from '#base/zip/zip-error.ts';

/** Reads exactly so many bytes at an offset. @throws when the file is shorter */
export type ReadExactly = (offset: number, length: number) => Buffer;

/** What an archive may cost. */
export interface ZipLimits {
  readonly entries: number;
  readonly directoryBytes: number;
  /** Uncompressed, for one entry. */
  readonly entryBytes: number;
  /** Uncompressed, for all entries. */
  readonly totalBytes: number;
}

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Of the local header. */
  readonly offset: number;
}

const END_BYTES = 22;
const END_64_LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const LONGEST_COMMENT = 0xffff;
const HEADER_BYTES = 46;
const ALL_ONES_32 = 0xffffffff;

interface DirectoryPlace {
  readonly entries: number;
  readonly sizeBytes: number;
  readonly offset: number;
}

function number64(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw zipCorrupt('a 64-bit number is out of range');
  return Number(value);
}

/** The end record is the last one whose comment reaches exactly to the end of the file (APPNOTE 4.3.16). */
function findEnd(read: ReadExactly, fileBytes: number): { readonly end: Buffer; readonly offset: number } {
  const length = Math.min(fileBytes, END_BYTES + LONGEST_COMMENT);
  const tail = length < END_BYTES ? Buffer.alloc(0) : read(fileBytes - length, length);
  for (let at = length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== 0x06054b50 || tail.readUInt16LE(at + 20) !== length - at - END_BYTES) continue;
    return { end: tail.subarray(at), offset: fileBytes - length + at };
  }
  throw zipCorrupt('it has no end record');
}

function findDirectory(read: ReadExactly, fileBytes: number): DirectoryPlace {
  const { end, offset } = findEnd(read, fileBytes);
  const small = { entries: end.readUInt16LE(10), sizeBytes: end.readUInt32LE(12), offset: end.readUInt32LE(16) };
  const needs64 = small.entries === 0xffff || small.sizeBytes === ALL_ONES_32 || small.offset === ALL_ONES_32;
  if (!needs64 || offset < END_64_LOCATOR_BYTES) return small;
  const locator = read(offset - END_64_LOCATOR_BYTES, END_64_LOCATOR_BYTES);
  if (locator.readUInt32LE(0) !== 0x07064b50) return small;
  const at = number64(locator, 8);
  if (at + END_64_BYTES > offset) throw zipCorrupt('the 64-bit end record is out of place');
  const end64 = read(at, END_64_BYTES);
  if (end64.readUInt32LE(0) !== 0x06064b50) throw zipCorrupt('the 64-bit end record is missing');
  return { entries: number64(end64, 32), sizeBytes: number64(end64, 40), offset: number64(end64, 48) };
}

/** Sizes and offset, which stand in an extra field where 32 bits are too few (APPNOTE 4.5.3). */
function wideFields(header: Buffer, extra: Buffer): { sizeBytes: number; compressedBytes: number; offset: number } {
  const fields = {
    sizeBytes: header.readUInt32LE(24),
    compressedBytes: header.readUInt32LE(20),
    offset: header.readUInt32LE(42),
  };
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const values = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    let next = 0;
    for (const name of ['sizeBytes', 'compressedBytes', 'offset'] as const) {
      if (fields[name] !== ALL_ONES_32) continue;
      if (next + 8 > values.length) throw zipCorrupt('a 64-bit size is missing');
      fields[name] = number64(values, next);
      next += 8;
    }
    break;
  }
  return fields;
}

function entryAt(directory: Buffer, at: number): { readonly entry: ZipEntry; readonly next: number } {
  if (at + HEADER_BYTES > directory.length || directory.readUInt32LE(at) !== 0x02014b50) {
    throw zipCorrupt('the directory ends early');
  }
  const header = directory.subarray(at, at + HEADER_BYTES);
  const nameEnd = at + HEADER_BYTES + header.readUInt16LE(28);
  const extraEnd = nameEnd + header.readUInt16LE(30);
  const next = extraEnd + header.readUInt16LE(32);
  if (next > directory.length) throw zipCorrupt('the directory ends early');
  const entry: ZipEntry = {
    name: directory.toString('utf8', at + HEADER_BYTES, nameEnd),
    method: header.readUInt16LE(10),
    encrypted: (header.readUInt16LE(8) & 1) === 1,
    crc32: header.readUInt32LE(16),
    ...wideFields(header, directory.subarray(nameEnd, extraEnd)),
  };
  return { entry, next };
}

function* entriesOf(directory: Buffer, count: number): Generator<ZipEntry> {
  for (let at = 0, done = 0; done < count; done += 1) {
    const { entry, next } = entryAt(directory, at);
    yield entry;
    at = next;
  }
}

/**
 * The entries of an archive, from its central directory (PKWARE APPNOTE 4.3, with ZIP64), which is checked whole before
 * the first is given; no list of them is held. Entries that together claim more stored bytes than the file has overlap,
 * as in known bombs.
 * @throws `ZIP_CORRUPT`, `ZIP_LIMIT`
 */
export function readZipDirectory(read: ReadExactly, fileBytes: number, limits: ZipLimits): Iterable<ZipEntry> {
  const place = findDirectory(read, fileBytes);
  if (place.offset + place.sizeBytes > fileBytes) throw zipCorrupt('its directory lies outside of it');
  if (place.sizeBytes > limits.directoryBytes) throw zipLimit(`its directory has ${place.sizeBytes} bytes`);
  if (place.entries > limits.entries) throw zipLimit(`it has ${place.entries} entries`);
  if (place.entries * HEADER_BYTES > place.sizeBytes) throw zipCorrupt('its directory is too small for its entries');
  const directory = read(place.offset, place.sizeBytes);
  let stored = 0;
  let total = 0;
  for (const entry of entriesOf(directory, place.entries)) {
    stored += entry.compressedBytes;
    total += entry.sizeBytes;
    if (stored > fileBytes) throw zipLimit('its entries overlap');
    if (total > limits.totalBytes) throw zipLimit(`its entries have more than ${limits.totalBytes} bytes`);
  }
  return entriesOf(directory, place.entries);
}
