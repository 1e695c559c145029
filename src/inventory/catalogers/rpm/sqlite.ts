import type { Damage } from './damage.ts';
import { openPages, type SqlitePages } from './sqlite-pages.ts';
import { readRecord } from './sqlite-record.ts';
import { readTable } from './sqlite-table.ts';
import { readWal } from './sqlite-wal.ts';

/** More tables than rpm has, by far. */
const MAX_TABLES = 1000;
/** rpm's table has a key and the header. */
const MAX_COLUMNS = 8;

/**
 * Header blobs of an rpm database in SQLite's format, the log's committed transactions included.
 * Codes: `RPM_SQLITE_HEADER`, `RPM_SQLITE_PAGE`, `RPM_SQLITE_ROW`, `RPM_SQLITE_TABLE`, `RPM_WAL_PAGE_SIZE`.
 */
export function* readSqlite(
  bytes: Buffer,
  wal: Buffer | undefined,
  damage: Damage,
): Generator<Buffer, void, undefined> {
  const pages = openPages(bytes, wal === undefined ? undefined : readWal(wal), damage);
  if (pages === undefined) return;
  const most = Math.ceil((bytes.length + (wal?.length ?? 0)) / 512);
  const used = new Uint8Array(Math.min(pages.pageCount, most) + 1);
  const root = findPackages(pages, used, damage);
  if (root === undefined) {
    damage.report('RPM_SQLITE_TABLE', 'There is no readable table named Packages');
    return;
  }
  for (const payload of readTable(pages, root, used, damage)) {
    const blob = readRecord(payload, MAX_COLUMNS, pages.encoding)?.find((value) => Buffer.isBuffer(value));
    if (Buffer.isBuffer(blob)) yield blob;
    else damage.report('RPM_SQLITE_ROW', 'A row of the table Packages holds no header');
  }
}

/** The root page of `Packages`, from the schema table at page 1 (SQLite file format, section 2.6). */
function findPackages(pages: SqlitePages, used: Uint8Array, damage: Damage): number | undefined {
  let tables = 0;
  for (const payload of readTable(pages, 1, used, damage)) {
    const [type, name, , root] = readRecord(payload, 4, pages.encoding) ?? [];
    if (type === 'table' && typeof name === 'string' && name.toLowerCase() === 'packages') {
      return typeof root === 'number' ? root : undefined;
    }
    tables += 1;
    if (tables > MAX_TABLES) break;
  }
  return undefined;
}
