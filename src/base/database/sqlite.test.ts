import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from './database.ts';
import { loadLibsql } from './load-libsql.ts';
import { openSqlite, type SqliteOptions } from './open-sqlite.ts';

interface Tables {
  readonly t: { readonly id: number; readonly bytes: Buffer | null; readonly text: string | null };
}

describe('a SQLite database', () => {
  let scratch = '';
  let path = '';
  const open: Database<Tables>[] = [];
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'));
    path = join(scratch, 'test.db');
  });
  afterEach(async () => {
    for (const database of open.splice(0)) await database.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function opened(options?: SqliteOptions): Promise<Database<Tables>> {
    const database = await openSqlite<Tables>(path, options);
    open.push(database);
    return database;
  }

  async function withTable(rows = 0): Promise<Database<Tables>> {
    const database = await opened();
    await database.write(async (query) => {
      await sql`CREATE TABLE t(id INTEGER PRIMARY KEY, bytes BLOB, text TEXT)`.execute(query);
      for (let id = 1; id <= rows; id += 1)
        await query
          .insertInto('t')
          .values({ id, bytes: Buffer.from([id % 256]), text: null })
          .execute();
    });
    return database;
  }

  const ids = (database: Database<Tables>) =>
    database.read(async (query) =>
      (await query.selectFrom('t').select('id').orderBy('id').execute()).map(({ id }) => id),
    );
  const add = (database: Database<Tables>, id: number) =>
    database.write((query) => query.insertInto('t').values({ id, bytes: null, text: null }).execute());

  it('is made for its user only, with all files of it', async () => {
    await withTable();
    for (const name of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(name).mode & 0o777).toBe(0o600);
  });

  it('is as durable as its file system allows', async () => {
    const database = await withTable();
    const setting = (name: string) =>
      database.write(
        async (query) => Object.values((await sql.raw<object>(`PRAGMA ${name}`).execute(query)).rows[0] ?? {})[0],
      );
    expect(await setting('journal_mode')).toBe('wal');
    expect(await setting('synchronous')).toBe(2);
    expect(await setting('foreign_keys')).toBe(1);
  });

  it('is not made by reading', async () => {
    await expect(openSqlite(path, { readonly: true })).rejects.toMatchObject({ code: 'DATABASE_MISSING' });
    expect(existsSync(path)).toBe(false);
  });

  it('refuses writes when it was opened for reading', async () => {
    await withTable(1);
    const reader = await opened({ readonly: true });
    expect(await ids(reader)).toEqual([1]);
    await expect(add(reader, 2)).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
  });

  it('names a file that is no database, a directory, and a place that is not there', async () => {
    writeFileSync(path, 'this is certainly no database, but long enough to have a header of one'.repeat(20));
    await expect(openSqlite(path)).rejects.toMatchObject({ code: 'DATABASE_DAMAGED' });
    await expect(openSqlite(scratch)).rejects.toMatchObject({ code: 'DATABASE_NOT_OPENED' });
    await expect(openSqlite(join(scratch, 'no/where.db'))).rejects.toMatchObject({ code: 'DATABASE_NOT_OPENED' });
  });

  it('notices that its file was replaced or removed', async () => {
    const database = await withTable(1);
    await ids(database);
    renameSync(path, `${path}.old`);
    await expect(add(database, 2)).rejects.toMatchObject({ code: 'DATABASE_MISSING' });
    writeFileSync(path, '');
    await expect(add(database, 2)).rejects.toMatchObject({ code: 'DATABASE_REPLACED' });
    await expect(ids(database)).rejects.toMatchObject({ code: 'DATABASE_REPLACED' });
  });

  it('waits for another writer without stopping the thread, and not for ever', async () => {
    const first = await withTable();
    const second = await opened({ busyTimeoutMs: 50 });
    const patient = await opened();
    let waited: Promise<unknown> = Promise.resolve();
    await first.write(async (query) => {
      await expect(add(second, 2)).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
      waited = add(patient, 3);
      await query.insertInto('t').values({ id: 1, bytes: null, text: null }).execute();
    });
    await waited;
    expect(await ids(first)).toEqual([1, 3]);
  });

  it('lets go of the view of a stream that was left early', async () => {
    const database = await withTable(1_000);
    const left = await database.read(async (query) => {
      for await (const { id } of query.selectFrom('t').select('id').where('id', '>', 0).stream())
        if (id > 150) return id;
      return 0;
    });
    expect(left).toBe(151);
    await add(database, 1_001);
    expect((await ids(database)).length).toBe(1_001);
    await database.close();
    // Emptied at the end: nobody had an old view open.
    expect(statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });

  it('runs the same statement in two streams and in between', async () => {
    const database = await withTable(450);
    const pairs = await database.read(async (query) => {
      let seen = 0;
      for await (const outer of query.selectFrom('t').select('id').where('id', '>', 0).stream())
        if (outer.id % 150 === 0)
          for await (const inner of query.selectFrom('t').select('id').where('id', '>', 0).stream()) {
            seen += 1;
            if (inner.id === outer.id) break;
          }
      return seen;
    });
    expect(pairs).toBe(150 + 300 + 450);
  });

  it('uses a statement again after it failed, with its new parameters', async () => {
    const database = await withTable(1);
    for (const id of [1, 1]) await expect(add(database, id)).rejects.toMatchObject({ code: 'DATABASE_NOT_UNIQUE' });
    await add(database, 2);
    expect(await ids(database)).toEqual([1, 2]);
  });

  it('takes more statements than it keeps prepared', async () => {
    const database = await withTable();
    await database.write(async (query) => {
      for (let count = 1; count <= 400; count += 1)
        await sql`INSERT INTO t(text) VALUES (${sql.raw(`'${count}'`)})`.execute(query);
    });
    expect(await ids(database)).toHaveLength(400);
  });

  it('sees columns that were added by others', async () => {
    const database = await withTable(1);
    const all = () => database.read((query) => query.selectFrom('t').selectAll().execute());
    expect(Object.keys((await all())[0] ?? {})).toHaveLength(3);
    const other = await opened();
    await other.write((query) => sql`ALTER TABLE t ADD COLUMN more TEXT`.execute(query));
    expect(Object.keys((await all())[0] ?? {})).toHaveLength(4);
  });

  it('says so when its driver is not installed', async () => {
    const failing = () => Promise.reject(new Error("Cannot find module '@libsql/linux-x64-gnu'\nRequire stack:"));
    await expect(loadLibsql(failing)).rejects.toMatchObject({
      code: 'DATABASE_DRIVER_MISSING',
      message: expect.stringMatching(/linux-x64-gnu'$/),
    });
  });

  it('takes words that its driver knows as addresses for file names', async () => {
    mkdirSync(join(scratch, 'http:'));
    path = join(scratch, 'http:', 'db?mode=memory');
    await withTable(1);
    expect(existsSync(path)).toBe(true);
  });
});
