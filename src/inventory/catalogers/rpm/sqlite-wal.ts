/** What a write-ahead log adds to a database: the newest committed content of pages, and how many pages there are. */
export interface WalPages {
  readonly pageSize: number;
  /** Pages of the database after the last commit. */
  readonly pageCount: number;
  readonly pages: ReadonlyMap<number, Buffer>;
}

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const VERSION = 3_007_000;

type Checksum = readonly [number, number];

/**
 * Reads the committed frames of a write-ahead log (SQLite file format, section 4, "The Write-Ahead Log"): a frame counts when
 * its salts are the header's, the running checksum fits, and a commit frame follows it or it is one. Frames of an
 * older generation and of an unfinished transaction are left out, as SQLite leaves them out.
 * Undefined when nothing is committed: the log is empty, stale or none.
 */
export function readWal(bytes: Buffer): WalPages | undefined {
  if (bytes.length < HEADER_BYTES + FRAME_HEADER_BYTES) return undefined;
  const magic = bytes.readUInt32BE(0);
  if ((magic & 0xfffffffe) >>> 0 !== 0x377f0682 || bytes.readUInt32BE(4) !== VERSION) return undefined;
  const bigEndian = (magic & 1) === 1;
  const pageSize = bytes.readUInt32BE(8);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return undefined;
  let sum = checksum(bytes, 0, 24, [0, 0], bigEndian);
  if (!sumIsAt(bytes, 24, sum)) return undefined;

  const committed = new Map<number, Buffer>();
  let pending: [number, Buffer][] = [];
  let pageCount = 0;
  const frameBytes = FRAME_HEADER_BYTES + pageSize;
  for (let at = HEADER_BYTES; at + frameBytes <= bytes.length; at += frameBytes) {
    const page = bytes.readUInt32BE(at);
    const saltsFit =
      bytes.readUInt32BE(at + 8) === bytes.readUInt32BE(16) && bytes.readUInt32BE(at + 12) === bytes.readUInt32BE(20);
    if (page === 0 || !saltsFit) break;
    sum = checksum(bytes, at, 8, sum, bigEndian);
    sum = checksum(bytes, at + FRAME_HEADER_BYTES, pageSize, sum, bigEndian);
    if (!sumIsAt(bytes, at + 16, sum)) break;
    pending.push([page, bytes.subarray(at + FRAME_HEADER_BYTES, at + frameBytes)]);
    const commit = bytes.readUInt32BE(at + 4);
    if (commit === 0) continue;
    for (const [number, content] of pending) committed.set(number, content);
    pending = [];
    pageCount = commit;
  }
  return pageCount === 0 ? undefined : { pageSize, pageCount, pages: committed };
}

/** The running checksum over 32-bit words, in pairs (SQLite file format, section 4.2, "Checksum Algorithm"). */
function checksum(bytes: Buffer, at: number, length: number, [first, second]: Checksum, bigEndian: boolean): Checksum {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  let a = first;
  let b = second;
  for (let offset = 0; offset < length; offset += 8) {
    a = (a + view.getUint32(offset, !bigEndian) + b) >>> 0;
    b = (b + view.getUint32(offset + 4, !bigEndian) + a) >>> 0;
  }
  return [a, b];
}

function sumIsAt(bytes: Buffer, at: number, [first, second]: Checksum): boolean {
  return bytes.readUInt32BE(at) === first && bytes.readUInt32BE(at + 4) === second;
}
