import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkSqliteFile } from '#base/database/check-sqlite-file.ts';
import { loadLibsql } from '#base/database/load-libsql.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'));
});
afterAll(() => rmSync(root, { recursive: true }));

async function made(name: string, ...statements: readonly string[]): Promise<string> {
  const Open = await loadLibsql();
  const path = join(root, name);
  const database = new Open(path);
  for (const statement of statements) database.exec(statement);
  database.close();
  return path;
}

const ROWS =
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO t SELECT 'x' FROM n";

test('a whole file is whole, a damaged one is not', async () => {
  const path = await made('whole', 'CREATE TABLE t (a TEXT)', ROWS);
  expect(await checkSqliteFile(path)).toEqual({ kind: 'whole' });
  writeFileSync(join(root, 'none'), `SQLite format 3\0${'x'.repeat(4080)}`);
  expect(await checkSqliteFile(join(root, 'none'))).toMatchObject({ kind: 'damaged' });
});

test('a file that wants its check to take for ever ends nothing but the check', async () => {
  // Each row is compared with hundreds of megabytes that are made for it.
  const slow = `CREATE TABLE t (a TEXT, CHECK (length(replace(replace(hex(zeroblob(4000000)), '0', a || 'yyyy'), 'y', 'zz')) > 0))`;
  const path = await made('slow', 'PRAGMA ignore_check_constraints = ON', slow, ROWS);
  expect(await checkSqliteFile(path, 1_000)).toMatchObject({ kind: 'unknown' });
});
