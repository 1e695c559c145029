/** An rpm header: its index, by tag, over its data. Made only by {@link readHeader}. */
export interface RpmHeader {
  readonly data: Buffer;
  readonly index: ReadonlyMap<number, IndexEntry>;
}

interface IndexEntry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

const INTRO_BYTES = 8;
const ENTRY_BYTES = 16;
/** rpm's own limit. */
const MAX_ENTRIES = 65_535;
/** A longer name or licence is damage: texts are kept for every package. */
const MAX_TEXT_BYTES = 16_384;
/** Data types (RPM file format, "Header structure"). */
const INT32 = 4;
const STRING = 6;
const STRING_ARRAY = 8;
const I18N_STRING = 9;

/**
 * Reads a header as databases hold it, without the magic that packages put first: the number of index entries, the
 * bytes of data, the index, the data (RPM file format, "Header structure"). Regions need no care when reading; an entry
 * added after a region replaces the region's, so the last of a tag counts. Undefined when it is cut off or no header.
 */
export function readHeader(blob: Buffer): RpmHeader | undefined {
  if (blob.length < INTRO_BYTES + ENTRY_BYTES) return undefined;
  const entries = blob.readUInt32BE(0);
  const dataBytes = blob.readUInt32BE(4);
  const dataStart = INTRO_BYTES + entries * ENTRY_BYTES;
  if (entries === 0 || entries > MAX_ENTRIES || dataStart + dataBytes > blob.length) return undefined;
  const index = new Map<number, IndexEntry>();
  for (let at = INTRO_BYTES; at < dataStart; at += ENTRY_BYTES) {
    const offset = blob.readInt32BE(at + 8);
    if (offset < 0 || offset >= dataBytes) continue;
    index.set(blob.readUInt32BE(at), { type: blob.readUInt32BE(at + 4), offset, count: blob.readUInt32BE(at + 12) });
  }
  return { data: blob.subarray(dataStart, dataStart + dataBytes), index };
}

/** A text; of an array or of translations the first. Undefined when it is absent, empty, damaged or over 16 KiB. */
export function headerText(header: RpmHeader, tag: number): string | undefined {
  const entry = header.index.get(tag);
  if (entry === undefined || entry.count === 0 || !isText(entry.type)) return undefined;
  const end = header.data.indexOf(0, entry.offset);
  const bytes = end - entry.offset;
  return bytes <= 0 || bytes > MAX_TEXT_BYTES ? undefined : header.data.toString('utf8', entry.offset, end);
}

/** The texts of an array, one by one; it ends early when the data does. */
export function* headerTexts(header: RpmHeader, tag: number): Generator<string, void, undefined> {
  const entry = header.index.get(tag);
  if (entry === undefined || !isText(entry.type)) return;
  let at = entry.offset;
  for (let index = 0; index < entry.count; index += 1) {
    const end = header.data.indexOf(0, at);
    if (end < 0) return;
    yield header.data.toString('utf8', at, end);
    at = end + 1;
  }
}

/** The number at a place in an array of 32-bit numbers; undefined when there is none. */
export function headerNumber(header: RpmHeader, tag: number, place: number): number | undefined {
  const entry = header.index.get(tag);
  if (entry === undefined || entry.type !== INT32 || place >= entry.count) return undefined;
  const at = entry.offset + place * 4;
  return at + 4 > header.data.length ? undefined : header.data.readUInt32BE(at);
}

function isText(type: number): boolean {
  return type === STRING || type === STRING_ARRAY || type === I18N_STRING;
}
