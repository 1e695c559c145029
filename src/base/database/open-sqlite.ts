import { closeSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Database } from '#base/database/database.ts';
import { commitError, databaseError } from '#base/database/errors.ts';
import { loadLibsql, type SqliteHandle } from '#base/database/load-libsql.ts';
import { type SqliteConnection, sqliteConnection } from '#base/database/sqlite-connection.ts';
import { type Connector, databaseOver, type Mode, type Transaction } from '#base/database/transactions.ts';
import { syncDirectory } from '#base/files/sync-directory.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** How a SQLite database is opened. */
export interface SqliteOptions {
  /** The file must be there, and every `write` is refused. */
  readonly readonly?: boolean;
  /** How long to wait for writers of other processes. */
  readonly busyTimeoutMs?: number;
}

const BUSY_TIMEOUT_MS = 30_000;
/** Between two tries while another process writes. The thread is free meanwhile. */
const LONGEST_PAUSE_MS = 10;
/** After these the driver's state is not to be built on. */
const UNSOUND = new Set(['DATABASE_FULL', 'DATABASE_IO', 'DATABASE_DAMAGED']);
/** Connections for reads that are kept open. */
const IDLE_READERS = 4;

const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
/** Pages of 4 KiB in the log before it is emptied: the more, the fewer are written twice. */
const WAL_PAGES = 8000;
const CACHE_KIB = 32 * 1024;
const SETTINGS = [
  // Waiting is done outside the driver, which would stop the whole thread.
  'PRAGMA busy_timeout = 0',
  'PRAGMA foreign_keys = ON',
  'PRAGMA trusted_schema = OFF',
  // NORMAL loses acknowledged commits when the power fails.
  'PRAGMA synchronous = FULL',
  'PRAGMA fullfsync = ON',
  'PRAGMA checkpoint_fullfsync = ON',
  `PRAGMA wal_autocheckpoint = ${WAL_PAGES}`,
  `PRAGMA cache_size = -${CACHE_KIB}`,
  `PRAGMA journal_size_limit = ${WAL_LIMIT_BYTES}`,
];

function missing(path: string): HoldfastError {
  return new HoldfastError('DATABASE_MISSING', `there is no database ${path}`, { path });
}

/** SQLite itself would make it readable for everybody. */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    syncDirectory(dirname(path));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EIO' || code === 'EROFS') throw databaseError(error, path);
    throw notOpened(path, code ?? String(error), error);
  }
}

function notOpened(path: string, said: string, cause: unknown): HoldfastError {
  return new HoldfastError('DATABASE_NOT_OPENED', `the database ${path} cannot be opened: ${said}`, {
    path,
    cause,
    hint: 'Check that its directory is there, and that this user may read and write there.',
  });
}

/** The driver gives no code when it cannot open a file. */
function opening<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    const coded = databaseError(error, path);
    throw coded.code === 'DATABASE_FAILED' && error instanceof Error ? notOpened(path, error.message, error) : coded;
  }
}

/** Tries until nobody is in the way. @throws `DATABASE_BUSY` after `limitMs` */
async function unlessBusy<T>(path: string, limitMs: number, attempt: () => T): Promise<T> {
  const end = performance.now() + limitMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return attempt();
    } catch (error) {
      const coded = databaseError(error, path);
      if (coded.code !== 'DATABASE_BUSY' || performance.now() > end) throw coded;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMs));
  }
}

function identity(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

function firstColumn(handle: SqliteHandle, sql: string): unknown {
  const { value } = handle.prepare(sql).iterate([]).next();
  return value === undefined ? undefined : Object.values(value)[0];
}

/**
 * Opens a database file, and makes it (mode 0600, in a directory that is there) unless it is to be read only.
 * Write-ahead log, `synchronous=FULL`, foreign keys. Reads have connections of their own. A file that is replaced or
 * removed meanwhile is noticed.
 * @throws `DATABASE_DRIVER_MISSING`, `DATABASE_MISSING`, `DATABASE_NOT_OPENED`, `DATABASE_DAMAGED`, `DATABASE_BUSY`
 */
export async function openSqlite<Tables>(file: string, options: SqliteOptions = {}): Promise<Database<Tables>> {
  const { readonly = false, busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
  // Absolute, since the driver takes some other words for URLs.
  const path = resolve(file);
  const Libsql = await loadLibsql();
  if (!readonly) makeFile(path);
  const opened = identity(path);
  if (opened === undefined) throw missing(path);

  const open = (mode: Mode): SqliteConnection => {
    const now = identity(path);
    if (now === undefined) throw missing(path);
    if (now !== opened)
      throw new HoldfastError('DATABASE_REPLACED', `another file was put in the place of the open database ${path}`);
    const handle = opening(path, () => new Libsql(path));
    try {
      for (const setting of SETTINGS) handle.exec(setting);
      if (mode === 'read') handle.exec('PRAGMA query_only = ON');
      else if (firstColumn(handle, 'PRAGMA journal_mode = WAL') !== 'wal')
        throw new HoldfastError('DATABASE_NOT_OPENED', `the file system of ${path} cannot hold a write-ahead log`);
      return sqliteConnection(handle);
    } catch (error) {
      handle.close();
      throw error;
    }
  };

  const idle: Record<Mode, SqliteConnection[]> = { write: [], read: [] };
  const drop = (connection: SqliteConnection) => {
    try {
      connection.close();
    } catch {
      // Nothing of it is used again.
    }
  };
  const begin = (mode: Mode): SqliteConnection => {
    const kept = idle[mode].pop();
    const same = kept !== undefined && identity(path) === opened;
    if (kept !== undefined && !same) drop(kept);
    const connection = same ? kept : open(mode);
    try {
      connection.handle.exec(mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN');
      // A view begins with the first read.
      if (mode === 'read') firstColumn(connection.handle, 'SELECT count(*) FROM sqlite_schema WHERE rowid = 1');
      return connection;
    } catch (error) {
      end(mode, connection, databaseError(error, path).code === 'DATABASE_BUSY');
      throw error;
    }
  };
  /** Leaves no transaction behind, and keeps the connection when it is sound. */
  const end = (mode: Mode, connection: SqliteConnection, sound: boolean) => {
    let usable = sound;
    try {
      connection.settle();
      if (connection.handle.inTransaction) connection.handle.exec('ROLLBACK');
    } catch {
      usable = false;
    }
    if (usable && idle[mode].length < IDLE_READERS) idle[mode].push(connection);
    else drop(connection);
  };

  const connector: Connector = {
    engine: 'sqlite',
    name: path,
    begin: async (mode): Promise<Transaction> => {
      if (mode === 'write' && readonly)
        throw new HoldfastError('DATABASE_READ_ONLY', `the database ${path} was opened for reading only`);
      const connection = await unlessBusy(path, busyTimeoutMs, () => begin(mode));
      return {
        session: connection,
        commit: async () => {
          try {
            connection.settle();
            connection.handle.exec('COMMIT');
          } catch (error) {
            end(mode, connection, false);
            throw commitError(error, path);
          }
          end(mode, connection, true);
        },
        rollback: async (failure) => end(mode, connection, failure === undefined || !UNSOUND.has(failure.code)),
      };
    },
    close: async () => {
      const [writer] = idle.write;
      try {
        // The driver closes the file only when its statements are collected: the log is emptied now.
        writer?.handle.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } catch {
        // The next one to open it does.
      }
      for (const connection of [...idle.write, ...idle.read]) drop(connection);
    },
  };
  // What cannot be opened is refused now, not at the first statement.
  const first = await unlessBusy(path, busyTimeoutMs, () => {
    const connection = open(readonly ? 'read' : 'write');
    try {
      firstColumn(connection.handle, 'PRAGMA schema_version');
      return connection;
    } catch (error) {
      drop(connection);
      throw error;
    }
  });
  idle[readonly ? 'read' : 'write'].push(first);
  return databaseOver<Tables>(connector);
}
