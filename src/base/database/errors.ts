import { HoldfastError, systemCode } from '#core/errors.ts';

type Meaning = readonly [code: string, sentence: string, hint?: string];

const FULL: Meaning = ['DATABASE_FULL', 'has no room left', 'Make room on its disk.'];
const IO: Meaning = ['DATABASE_IO', 'could not be read or written', 'Look whether its disk is full, or has faults.'];
const BUSY: Meaning = ['DATABASE_BUSY', 'was kept busy by others for too long', 'Try again.'];
/** SQLite says the same of a disk that cannot be read. */
const DAMAGED: Meaning = [
  'DATABASE_DAMAGED',
  'is damaged',
  'Look for faults of its disk, and bring it back from a backup.',
];
const READ_ONLY: Meaning = ['DATABASE_READ_ONLY', 'cannot be written to'];
const REFUSED: Meaning = ['DATABASE_REFUSED', 'refused a statement'];
const NOT_UNIQUE: Meaning = ['DATABASE_NOT_UNIQUE', 'has such a row already'];
const CONSTRAINT: Meaning = ['DATABASE_CONSTRAINT', 'does not take such a row'];
const FAILED: Meaning = ['DATABASE_FAILED', 'failed'];
const NOT_OPENED: Meaning = [
  'DATABASE_NOT_OPENED',
  'cannot be opened',
  'Check that its directory is there, and that this user may write in it.',
];
const MISSING: Meaning = ['DATABASE_MISSING', 'is not there'];
const CONNECTION: Meaning = [
  'DATABASE_CONNECTION',
  'cannot be reached, or the connection to it was lost',
  'Check that the server runs and can be reached from here.',
];
const ACCESS: Meaning = [
  'DATABASE_ACCESS',
  'does not let this user in',
  "Check the URL's user and password, and the server's pg_hba.conf.",
];

/** By SQLite's result code; the first that the code starts with. */
const SQLITE: readonly (readonly [string, Meaning])[] = [
  ['SQLITE_FULL', FULL],
  ['SQLITE_IOERR', IO],
  ['SQLITE_BUSY', BUSY],
  ['SQLITE_LOCKED', BUSY],
  ['SQLITE_CORRUPT', DAMAGED],
  ['SQLITE_NOTADB', DAMAGED],
  ['SQLITE_READONLY', READ_ONLY],
  ['SQLITE_CONSTRAINT_TRIGGER', REFUSED],
  ['SQLITE_PERM', REFUSED],
  ['SQLITE_AUTH', REFUSED],
  ['SQLITE_CONSTRAINT_UNIQUE', NOT_UNIQUE],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', NOT_UNIQUE],
  ['SQLITE_CONSTRAINT_ROWID', NOT_UNIQUE],
  ['SQLITE_CONSTRAINT', CONSTRAINT],
  ['SQLITE_CANTOPEN', NOT_OPENED],
];

/** By SQLSTATE (PostgreSQL documentation, appendix A); the first that the state starts with. */
const POSTGRES: readonly (readonly [string, Meaning])[] = [
  ['53100', FULL],
  ['53', CONNECTION],
  ['58', IO],
  ['XX001', DAMAGED],
  ['XX002', DAMAGED],
  ['55P03', BUSY],
  ['57014', BUSY],
  ['40', BUSY],
  ['25006', READ_ONLY],
  ['25P03', CONNECTION],
  ['57P', CONNECTION],
  ['08', CONNECTION],
  ['28', ACCESS],
  ['3D000', MISSING],
  ['42501', REFUSED],
  // No schema that this role may use.
  ['3F000', REFUSED],
  ['P0001', REFUSED],
  ['23505', NOT_UNIQUE],
  ['23', CONSTRAINT],
];

const SYSTEM: Readonly<Record<string, Meaning>> = { ENOSPC: FULL, EDQUOT: FULL, EIO: IO, EROFS: READ_ONLY };

/** What the PostgreSQL client says of lost connections without any code. */
const LOST = /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout e)|SSL|TLS/;
const NO_PASSWORD = /^SASL|password must be/;

function meaningOf(error: Error, code: string): Meaning {
  if (code.startsWith('SQLITE_')) return SQLITE.find(([start]) => code.startsWith(start))?.[1] ?? FAILED;
  // Unlike the system's codes, every SQLSTATE has a digit.
  if (/^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return POSTGRES.find(([start]) => code.startsWith(start))?.[1] ?? FAILED;
  if (code !== '') return SYSTEM[code] ?? CONNECTION;
  if (NO_PASSWORD.test(error.message)) return ACCESS;
  return LOST.test(error.message) ? CONNECTION : FAILED;
}

/**
 * The coded error for what a driver threw; a HoldfastError stays what it is. `database` is a path or a URL without its
 * password.
 */
export function databaseError(error: unknown, database: string): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (!(error instanceof Error)) return new HoldfastError('DATABASE_FAILED', `${database} failed: ${String(error)}`);
  // What a trigger says in RAISE, and which column is meant, stands in the driver's message.
  const raw = systemCode(error) ?? '';
  const [code, sentence, hint] = meaningOf(error, raw);
  const said = error.message === '' ? raw : error.message;
  return new HoldfastError(code, `the database ${database} ${sentence}: ${said}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The same for a commit that failed. What the disk or the connection failed at may have happened all the same. */
export function commitError(error: unknown, database: string): HoldfastError {
  const coded = databaseError(error, database);
  if (coded.code !== 'DATABASE_IO' && coded.code !== 'DATABASE_CONNECTION') return coded;
  return new HoldfastError(coded.code, `${coded.message} (while committing)`, {
    cause: error,
    hint: 'Whether the last change was kept is not known: look before you repeat it.',
  });
}
