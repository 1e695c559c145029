import { createRequire } from 'node:module';
import { linesOf } from '#base/process/lines.ts';
import { startProcess } from '#base/process/start-process.ts';
import { HoldfastError } from '#core/errors.ts';
import { isObject, optionalString } from '#core/oci/json.ts';

/** Whether an SQLite file is whole, as far as SQLite itself can tell. */
export type SqliteCheck =
  | { readonly kind: 'whole' }
  | { readonly kind: 'damaged'; readonly why: string }
  /** It could not be checked to its end. */
  | { readonly kind: 'unknown'; readonly why: string };

/** A file tells SQLite what to compute while it is checked: that is bounded in memory, and in time. */
const MEMORY_BYTES = 512 * 1024 * 1024;
const LIMIT_MS = 2 * 60_000;
const LINE_LIMIT_BYTES = 64 * 1024;

// Written as text so that it runs the same from sources, from the bundle and in tests.
const SCRIPT = `
const [driver, path, memory] = process.argv.slice(1);
let said;
try {
  const Libsql = require(driver);
  const database = new Libsql(path);
  for (const setting of ['trusted_schema = OFF', 'cell_size_check = ON', 'mmap_size = 0', 'hard_heap_limit = ' + memory, 'query_only = ON'])
    database.exec('PRAGMA ' + setting);
  const row = database.prepare('PRAGMA integrity_check(1)').get([]);
  said = { answer: row && String(Object.values(row)[0]) };
} catch (error) { said = { code: String(error && error.code), message: String(error && error.message).slice(0, 1000) }; }
require('node:fs').writeSync(1, JSON.stringify(said) + '\\n');
process.exit(0);
`;

/**
 * Has SQLite check a file, in a process of its own: constraints and expressions in it are run then, and whoever wrote it may
 * want that to take for ever, or to end what runs them. Nothing is written but what SQLite has to put right (`-wal`,
 * `-journal`): give it a copy. @throws `PROCESS_NOT_STARTED`
 */
export async function checkSqliteFile(path: string, limitMs = LIMIT_MS): Promise<SqliteCheck> {
  const driver = createRequire(import.meta.url).resolve('libsql');
  const running = await startProcess({
    program: process.execPath,
    args: ['--eval', SCRIPT, '--', driver, path, String(MEMORY_BYTES)],
    environment: {},
    directory: '/',
    graceMs: 1_000,
    limitMs,
  });
  let said: unknown;
  for await (const line of linesOf(running.stdout, LINE_LIMIT_BYTES)) said = parsed(line);
  const { stopped } = await running.ended;
  if (stopped === 'time-limit') return { kind: 'unknown', why: `its check took longer than ${limitMs / 1000} s` };
  if (!isObject(said)) return { kind: 'unknown', why: 'SQLite ended while it checked it' };
  const answer = optionalString(said, 'answer');
  if (answer !== undefined) {
    return answer === 'ok' ? { kind: 'whole' } : { kind: 'damaged', why: 'SQLite finds damage in it' };
  }
  const code = optionalString(said, 'code') ?? '';
  const message = (optionalString(said, 'message') ?? '').slice(0, 200);
  if (code === 'MODULE_NOT_FOUND') throw new HoldfastError('DATABASE_DRIVER_MISSING', `SQLite's driver: ${message}`);
  const isDamage = /^SQLITE_(?:CORRUPT|NOTADB)/.test(code);
  return { kind: isDamage ? 'damaged' : 'unknown', why: message === '' ? 'SQLite does not say why' : message };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
