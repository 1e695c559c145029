/** A file that shows that a directory holds a database. */
export interface Signature {
  readonly title: string;
  /** Names of files that are it. */
  readonly names: readonly string[];
}

/** Files that only a database makes, by name. SQLite's are recognised by how they begin. */
export const SIGNATURES: readonly Signature[] = [
  { title: 'PostgreSQL', names: ['PG_VERSION'] },
  { title: 'MySQL or MariaDB (InnoDB)', names: ['ibdata1'] },
  { title: 'MongoDB (WiredTiger)', names: ['WiredTiger', 'WiredTiger.wt'] },
  { title: 'Redis or Valkey', names: ['dump.rdb', 'appendonly.aof', 'appendonlydir'] },
];

/** How an SQLite database begins (SQLite file format, section 1.3). */
export const SQLITE_HEADER = Buffer.from('SQLite format 3\0', 'latin1');
/** What SQLite databases are called here. */
export const SQLITE_TITLE = 'SQLite';

/**
 * Where SQLite files belong to the software or can be made again: the package managers' own, certificate stores,
 * caches, scratch space.
 */
const SQLITE_ELSEWHERE =
  /^\/?(?:usr|etc|tmp|run|var\/(?:cache|tmp|run|log|lib\/(?:rpm|dnf|yum|PackageKit|apt|dpkg|selinux|man-db|fwupd))|root\/\.(?:cache|npm|pki|cargo|rustup|config))\/|(?:^|\/)(?:node_modules|\.cache|\.pki|__pycache__|\.mypy_cache|\.git|site-packages)\//;

/** Whether an SQLite file at this path is somebody's data. */
export function isDataSqlite(path: string): boolean {
  return !SQLITE_ELSEWHERE.test(path);
}

/** Names that SQLite files usually have. */
export function isSqliteName(name: string): boolean {
  return /\.(?:db|db3|sqlite|sqlite3|sqlitedb|s3db)$/i.test(name);
}
