import type { Damage } from './damage.ts';
import type { WalPages } from './sqlite-wal.ts';

/** A database's pages, as SQLite would see them. */
export interface SqlitePages {
  /** Bytes of a page that hold content: its size less the reserved bytes at its end. */
  readonly usableBytes: number;
  readonly pageCount: number;
  readonly encoding: 'utf8' | 'utf16le' | 'utf16be';
  /** Pages count from 1. Undefined for a page that is not in the file. */
  page(number: number): Buffer | undefined;
}

export const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

const HEADER_BYTES = 100;
const ENCODINGS: Readonly<Record<number, SqlitePages['encoding']>> = {
  0: 'utf8',
  1: 'utf8',
  2: 'utf16le',
  3: 'utf16be',
};

/**
 * Reads the database header (SQLite file format, section 1.3) and puts the log's pages over the file's.
 * Undefined, with the reason reported, for what is no readable database. Codes: `RPM_SQLITE_HEADER`, `RPM_WAL_PAGE_SIZE`.
 */
export function openPages(bytes: Buffer, wal: WalPages | undefined, damage: Damage): SqlitePages | undefined {
  const fromFile = pageSizeOf(bytes);
  if (wal !== undefined && fromFile !== undefined && wal.pageSize !== fromFile) {
    damage.report(
      'RPM_WAL_PAGE_SIZE',
      `The write-ahead log has pages of ${wal.pageSize} bytes, the database of ${fromFile}: the log was left out`,
    );
    return openPages(bytes, undefined, damage);
  }
  const header = wal?.pages.get(1) ?? bytes;
  const pageSize = pageSizeOf(header);
  const usableBytes = pageSize === undefined ? 0 : pageSize - (header[20] ?? 0);
  const encoding = header.length < HEADER_BYTES ? undefined : ENCODINGS[header.readUInt32BE(56)];
  const readVersion = header[19] ?? 0;
  if (pageSize === undefined || usableBytes < 480 || encoding === undefined || readVersion > 2) {
    damage.report('RPM_SQLITE_HEADER', 'The SQLite header is damaged or of an unknown version');
    return undefined;
  }
  const inFile = Math.floor(bytes.length / pageSize);
  const pageCount = wal?.pageCount ?? inFile;
  return {
    usableBytes,
    pageCount,
    encoding,
    page: (number) => {
      if (number < 1 || number > pageCount) return undefined;
      const logged = wal?.pages.get(number);
      if (logged !== undefined) return logged;
      return number > inFile ? undefined : bytes.subarray((number - 1) * pageSize, number * pageSize);
    },
  };
}

/** A power of two from 512 to 65536, the last written as 1. */
function pageSizeOf(header: Buffer): number | undefined {
  if (header.length < HEADER_BYTES || !header.subarray(0, SQLITE_MAGIC.length).equals(SQLITE_MAGIC)) return undefined;
  const written = header.readUInt16BE(16);
  const size = written === 1 ? 65_536 : written;
  return size >= 512 && (size & (size - 1)) === 0 ? size : undefined;
}
