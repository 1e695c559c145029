import { isBerkeley, readBerkeley } from './berkeley.ts';
import type { Damage } from './damage.ts';
import { NDB_MAGIC, readNdb } from './ndb.ts';
import { readSqlite } from './sqlite.ts';
import { SQLITE_MAGIC } from './sqlite-pages.ts';

/** An index with one entry, and nothing in it: no header is smaller. */
const MIN_HEADER_BYTES = 24;

/**
 * Header blobs of an rpm database of any kind, told by its first bytes. Headers never overlap in a whole database, so
 * the sum of their lengths is limited by the file's: `RPM_DATABASE_OVERLAP` ends the reading. Other codes:
 * `RPM_DATABASE_KIND`, `RPM_DATABASE_EMPTY`, and those of the kinds.
 */
export function* readDatabase(
  bytes: Buffer,
  wal: () => Buffer | undefined,
  damage: Damage,
): Generator<Buffer, void, undefined> {
  if (bytes.length === 0) {
    damage.report('RPM_DATABASE_EMPTY', 'The package database is an empty file');
    return;
  }
  const log = startsWith(bytes, SQLITE_MAGIC) ? wal() : undefined;
  let room = bytes.length + (log?.length ?? 0);
  for (const blob of blobsOf(bytes, log, damage)) {
    if (damage.hopeless()) return;
    room -= Math.max(blob.length, MIN_HEADER_BYTES);
    if (room < 0) {
      damage.report('RPM_DATABASE_OVERLAP', 'The package database says that one place holds several packages');
      return;
    }
    yield blob;
  }
}

function blobsOf(bytes: Buffer, wal: Buffer | undefined, damage: Damage): Iterable<Buffer> {
  if (startsWith(bytes, SQLITE_MAGIC)) return readSqlite(bytes, wal, damage);
  if (startsWith(bytes, NDB_MAGIC)) return readNdb(bytes, damage);
  if (isBerkeley(bytes)) return readBerkeley(bytes, damage);
  damage.report('RPM_DATABASE_KIND', 'The package database is of no kind that is known, or its start is damaged');
  return [];
}

function startsWith(bytes: Buffer, magic: Buffer): boolean {
  return bytes.subarray(0, magic.length).equals(magic);
}
