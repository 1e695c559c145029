import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '#base/database/database.ts';
import { type Migration, migrate, schemaVersion } from '#base/database/migrate.ts';
import { openPostgres } from '#base/database/open-postgres.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import { type Postgres, startPostgres } from '../harness/postgres.ts';
import { needs } from '../harness/skip.ts';

const ROOT = join(import.meta.dirname, '../..');

interface Tables {
  readonly counter: { readonly id: number; readonly value: number; readonly filling: Buffer | null };
}

const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    title: 'a counter',
    up: async (query, engine) => {
      const big = engine === 'sqlite' ? 'integer' : 'bigint';
      await query.schema
        .createTable('counter')
        .addColumn('id', big, (column) => column.primaryKey())
        .addColumn('value', big, (column) => column.notNull())
        .execute();
    },
  },
  {
    version: 2,
    title: 'with a filling',
    up: async (query, engine) => {
      const type = sql.raw(engine === 'sqlite' ? 'blob' : 'bytea');
      await query.schema.alterTable('counter').addColumn('filling', type).execute();
    },
  },
  {
    version: 3,
    title: 'that begins at 0, and is never removed',
    up: async (query, engine) => {
      await sql`INSERT INTO counter(id, value) VALUES (1, 0)`.execute(query);
      if (engine === 'sqlite') {
        await sql`CREATE TRIGGER kept BEFORE DELETE ON counter BEGIN SELECT RAISE(ABORT, 'counters stay'); END`.execute(
          query,
        );
        return;
      }
      await sql`CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS
        $$BEGIN RAISE EXCEPTION 'counters stay'; END$$`.execute(query);
      await sql`CREATE TRIGGER kept BEFORE DELETE ON counter FOR EACH ROW EXECUTE FUNCTION keep()`.execute(query);
    },
  },
];

let scratch = '';
let worker = '';

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'holdfast-database-'));
  // Inside the checkout, so that the driver is found.
  mkdirSync(join(ROOT, '.scratch'), { recursive: true });
  worker = join(mkdtempSync(join(ROOT, '.scratch', 'database-')), 'worker.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/harness/database-worker.ts'],
    outfile: worker,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['libsql', 'pg-native', 'pg-cloudflare'],
    banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
  rmSync(join(worker, '..'), { recursive: true, force: true });
});

/** Runs the worker and gives the words that it printed. */
function work(prefix: readonly string[], ...args: readonly string[]): Promise<readonly string[]> {
  const [program = '', ...rest] = [...prefix, process.execPath, worker, ...args];
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(printed.split('\n').filter((word) => word !== ''))
        : reject(new Error(`the worker ended with ${code}: ${complaint}`)),
    );
  });
}

const value = (database: Database<Tables>) =>
  database.read((query) => query.selectFrom('counter').select('value').where('id', '=', 1).executeTakeFirst());
const set = (query: Kysely<Tables>, to: number) =>
  query.updateTable('counter').set({ value: to }).where('id', '=', 1).execute();

interface Place {
  readonly engine: 'sqlite' | 'postgres';
  /** Opens the same database again, as another process would. */
  open(): Promise<Database<Tables>>;
  /** For the worker. */
  readonly target: string;
}

/** What both engines promise. `fresh` makes an empty database. */
function promises(fresh: () => Promise<Place>): void {
  let place: Place;
  let database: Database<Tables>;
  const open: Database<Tables>[] = [];
  const opened = async () => {
    const another = await place.open();
    open.push(another);
    return another;
  };
  beforeEach(async () => {
    place = await fresh();
    database = await opened();
    await migrate(database, MIGRATIONS);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  it('keeps what a write did, and nothing of one that threw', async () => {
    await database.write((query) => set(query, 1));
    const failing = database.write(async (query) => {
      await set(query, 2);
      throw new Error('thought better of it');
    });
    await expect(failing).rejects.toThrow('thought better of it');
    expect(await value(await opened())).toEqual({ value: 1 });
  });

  it('gives bytes as Buffers, numbers as numbers, null as null', async () => {
    const large = Number.MAX_SAFE_INTEGER;
    const filling = Buffer.from([0, 1, 254, 255]);
    await database.write((query) => query.insertInto('counter').values({ id: 2, value: large, filling }).execute());
    const rows = await database.read((query) => query.selectFrom('counter').selectAll().orderBy('id').execute());
    expect(rows).toEqual([
      { id: 1, value: 0, filling: null },
      { id: 2, value: large, filling },
    ]);
    expect(Buffer.isBuffer(rows[1]?.filling)).toBe(true);
    const sums = await database.read((query) =>
      query
        .selectFrom('counter')
        .select(({ fn }) => [fn.countAll().as('count'), fn.sum('id').as('sum')])
        .execute(),
    );
    expect(sums).toEqual([{ count: 2, sum: 3 }]);
  });

  it('refuses parameters that an engine would change', async () => {
    for (const odd of ['nul\0', Number.NaN, undefined, new Date(0), {}])
      await expect(database.write((query) => sql`SELECT ${odd}`.execute(query))).rejects.toMatchObject({
        code: 'DATABASE_PARAMETER',
      });
  });

  it('shows a read one view, whatever is written meanwhile', async () => {
    const other = await opened();
    const seen = await database.read(async (query) => {
      const read = () => query.selectFrom('counter').select('value').executeTakeFirst();
      const before = await read();
      await other.write((writer) => set(writer, 5));
      await database.write((writer) => set(writer, 6));
      return [
        before,
        await read(),
        await database.read((inner) => inner.selectFrom('counter').select('value').executeTakeFirst()),
      ];
    });
    expect(seen).toEqual([{ value: 0 }, { value: 0 }, { value: 0 }]);
    expect(await value(database)).toEqual({ value: 6 });
  });

  it('shows nobody what is not committed, and the writer itself through its own query only', async () => {
    await database.write(async (query) => {
      await set(query, 7);
      expect(await value(database)).toEqual({ value: 0 });
      expect(await query.selectFrom('counter').select('value').executeTakeFirst()).toEqual({ value: 7 });
    });
  });

  it('lets writers of one process take turns in their order', async () => {
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        database.write(async (query) => {
          const row = await query.selectFrom('counter').select('value').executeTakeFirstOrThrow();
          await set(query, row.value + 1);
          order.push(index);
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(await value(database)).toEqual({ value: 20 });
  });

  it('lets writers of several processes take turns', async () => {
    const counts = await Promise.all([1, 2].map(() => work([], place.engine, place.target, 'count', '150')));
    expect(counts.flat()).toEqual(Array.from({ length: 300 }, () => 'ok'));
    expect(await value(database)).toEqual({ value: 300 });
  });

  it('refuses a write inside a write, and a transaction inside either', async () => {
    const nested = database.write(() => database.write((query) => set(query, 1)));
    await expect(nested).rejects.toMatchObject({ code: 'DATABASE_NESTED_WRITE' });
    const inner = database.write((query) => query.transaction().execute((transaction) => set(transaction, 1)));
    await expect(inner).rejects.toMatchObject({ code: 'DATABASE_NESTED_WRITE' });
    await expect(database.write(() => database.close())).rejects.toMatchObject({ code: 'DATABASE_NESTED_WRITE' });
    expect(await value(database)).toEqual({ value: 0 });
  });

  it('refuses to write in a read', async () => {
    await expect(database.read((query) => set(query, 1))).rejects.toMatchObject({ code: 'DATABASE_READ_ONLY' });
  });

  it('commits nothing after a failed statement, even when its error was caught', async () => {
    const failing = database.write(async (query) => {
      await set(query, 1);
      await query
        .insertInto('counter')
        .values({ id: 1, value: 1, filling: null })
        .execute()
        .catch(() => undefined);
    });
    await expect(failing).rejects.toMatchObject({ code: 'DATABASE_NOT_UNIQUE' });
    expect(await value(database)).toEqual({ value: 0 });
  });

  it('says what a trigger, a constraint and a statement that is wrong were', async () => {
    const codeOf = (statement: string) =>
      database
        .write((query) => sql.raw(statement).execute(query))
        .then(
          () => 'ok',
          (error: { readonly code: string }) => error.code,
        );
    expect(await codeOf('DELETE FROM counter')).toBe('DATABASE_REFUSED');
    expect(await codeOf('INSERT INTO counter(id) VALUES (9)')).toBe('DATABASE_CONSTRAINT');
    expect(await codeOf('SELECT nothing FROM nowhere')).toBe('DATABASE_FAILED');
  });

  it('refuses statements after their transaction, and calls after the end', async () => {
    const kept = await database.write(async (query) => [query]);
    await expect(set(kept[0] as Kysely<Tables>, 1)).rejects.toMatchObject({ code: 'DATABASE_ENDED' });
    const running = database.write((query) => set(query, 3));
    await database.close();
    await running;
    await expect(value(database)).rejects.toMatchObject({ code: 'DATABASE_CLOSED' });
    expect(await value(await opened())).toEqual({ value: 3 });
  });

  it('streams a chunk at a time, and can be left', async () => {
    await database.write(async (query) => {
      for (let from = 2; from <= 3_000; from += 500)
        await query
          .insertInto('counter')
          .values(
            Array.from({ length: 500 }, (_, index) => ({
              id: from + index,
              value: from + index,
              filling: Buffer.alloc(400),
            })),
          )
          .execute();
    });
    const stream = (limit: number) =>
      database.read(async (query) => {
        let count = 0;
        for await (const row of query.selectFrom('counter').selectAll().where('id', '>=', 1).orderBy('id').stream()) {
          expect(row.id).toBe(count + 1);
          count += 1;
          if (count === limit) break;
        }
        return count;
      });
    expect(await stream(Number.POSITIVE_INFINITY)).toBe(3_001);
    expect(await stream(777)).toBe(777);
    expect(await value(database)).toEqual({ value: 0 });
  });

  it('comes to the newest version from every earlier one, and stays there', async () => {
    expect(await migrate(database, MIGRATIONS)).toEqual({ from: 3, to: 3 });
    for (const before of [0, 1, 2]) {
      await database.close();
      place = await fresh();
      database = await opened();
      if (before > 0) await migrate(database, MIGRATIONS.slice(0, before));
      expect(await migrate(database, MIGRATIONS)).toEqual({ from: before, to: 3 });
      expect(await schemaVersion(database)).toBe(3);
      expect(await value(database)).toEqual({ value: 0 });
    }
  });

  it('is migrated once by two at the same time', async () => {
    place = await fresh();
    const both = await Promise.all([opened(), opened()]);
    await Promise.all(both.map((one) => migrate(one, MIGRATIONS)));
    expect(await value(both[0])).toEqual({ value: 0 });
  });

  it('keeps nothing of a migration that failed', async () => {
    const failing: Migration = {
      version: 4,
      title: 'fails half-way',
      up: async (query) => {
        await sql`CREATE TABLE half(a integer)`.execute(query);
        throw new Error('half-way');
      },
    };
    await expect(migrate(database, [...MIGRATIONS, failing])).rejects.toThrow('half-way');
    expect(await schemaVersion(database)).toBe(3);
    await expect(database.read((query) => sql`SELECT * FROM half`.execute(query))).rejects.toThrow();
  });

  it('refuses a database of a newer program, and a list with gaps', async () => {
    await expect(migrate(database, MIGRATIONS.slice(0, 2))).rejects.toMatchObject({ code: 'DATABASE_TOO_NEW' });
    await expect(migrate(database, MIGRATIONS.slice(1))).rejects.toMatchObject({ code: 'DATABASE_MIGRATIONS' });
  });
}

describe('a SQLite file', () => {
  const fresh = async (): Promise<Place> => {
    const target = join(mkdtempSync(join(scratch, 'sqlite-')), 'test.db');
    return { engine: 'sqlite', target, open: () => openSqlite<Tables>(target) };
  };
  promises(fresh);

  async function prepared(): Promise<string> {
    const { target, open } = await fresh();
    const database = await open();
    await migrate(database, MIGRATIONS);
    await database.close();
    return target;
  }

  const rowsIn = async (target: string) => {
    const database = await openSqlite<Tables>(target);
    const rows = await database.read((query) => query.selectFrom('counter').select('id').execute());
    await database.close();
    return rows.length;
  };

  needs('strace')('whose disk fails', () => {
    const faulty = (what: string) => [
      'strace',
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      `trace=${what.split(':')[0]}`,
      '-e',
      `inject=${what}`,
    ];

    it('says so when what was written cannot be brought to the disk, and goes on afterwards', async () => {
      const target = await prepared();
      const words = await work(faulty('fsync,fdatasync:error=EIO:when=1'), 'sqlite', target, 'survive', '3');
      expect(words).toEqual(['DATABASE_IO', 'ok', 'ok']);
      expect(await rowsIn(target)).toBe(3);
    });

    it('says so when there is no room, and goes on afterwards', async () => {
      const target = await prepared();
      const words = await work(
        [...faulty('pwrite64:error=ENOSPC:when=1'), '-P', `${target}-wal`],
        'sqlite',
        target,
        'survive',
        '3',
      );
      expect(words.filter((word) => word !== 'ok')).toEqual(['DATABASE_FULL']);
      expect(await rowsIn(target)).toBe(1 + words.filter((word) => word === 'ok').length);
    });
  });

  needs(
    'engine',
    'unshare',
    'mount',
  )('on a small disk', () => {
    it('says that it is full, and goes on when there is room again', async () => {
      const place = mkdtempSync(join(scratch, 'small-'));
      // In a mount namespace of its own, which ends with the worker.
      const script = `mount -t tmpfs -o size=3m tmpfs "$0" && head -c 1000000 /dev/zero >"$0/x.db.ballast" &&
        "$@" sqlite "$0/prepared.db" survive 0 && rm "$0/prepared.db" && cp "$SOURCE" "$0/x.db" && exec "$@" sqlite "$0/x.db" fill 50000`;
      const source = await prepared();
      const words = execFileSync('unshare', ['--mount', 'sh', '-c', script, place, process.execPath, worker], {
        env: { ...process.env, SOURCE: source },
        encoding: 'utf8',
      })
        .trim()
        .split('\n');
      expect(words.slice(-3)).toEqual(['ok', 'DATABASE_FULL', 'ok']);
    });
  });
});

needs('postgres')('a PostgreSQL server', () => {
  let server: Postgres;
  let databases = 0;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  const fresh = async (): Promise<Place> => {
    databases += 1;
    const schema = `place_${databases}`;
    const owner = await openPostgres(server.ownerUrl, { lockId: 1 });
    await owner.write((query) => sql.raw(`CREATE SCHEMA ${schema}`).execute(query));
    await owner.close();
    const target = `${server.ownerUrl}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
    return { engine: 'postgres', target, open: () => openPostgres<Tables>(target, { lockId: 42 }) };
  };
  promises(fresh);

  describe('that fails', () => {
    let database: Database<Tables>;
    beforeEach(async () => {
      database = await (await fresh()).open();
      await migrate(database, MIGRATIONS);
    });
    afterEach(() => database.close());

    it('loses nothing and doubles nothing when it restarts in the middle of a write', async () => {
      const failing = database.write(async (query) => {
        await set(query, 1);
        await server.restart();
        await set(query, 2);
      });
      await expect(failing).rejects.toMatchObject({ code: 'DATABASE_CONNECTION' });
      await database.write(async (query) => {
        expect(await query.selectFrom('counter').select('value').executeTakeFirst()).toEqual({ value: 0 });
        await set(query, 3);
      });
      expect(await value(database)).toEqual({ value: 3 });
    });

    it('replaces connections that were cut while nobody used them', async () => {
      await Promise.all(Array.from({ length: 6 }, () => value(database)));
      await server.cutConnections();
      await database.write((query) => set(query, 4));
      await server.cutConnections();
      expect(await value(database)).toEqual({ value: 4 });
    });

    it('says so when the connection is cut before the commit, and when it is cut in a stream', async () => {
      const cut = database.write(async (query) => {
        await set(query, 5);
        await server.cutConnections();
      });
      await expect(cut).rejects.toMatchObject({
        code: 'DATABASE_CONNECTION',
        hint: expect.stringContaining('not known'),
      });
      const streaming = database.read(async (query) => {
        const numbers = sql<{ n: number }>`generate_series(1, 5000)`.as('n');
        let seen = 0;
        for await (const _ of query.selectFrom(numbers).selectAll().stream()) {
          if (seen === 10) await server.cutConnections();
          seen += 1;
        }
      });
      await expect(streaming).rejects.toMatchObject({ code: 'DATABASE_CONNECTION' });
      expect(await value(database)).toEqual({ value: 0 });
    });
  });

  it('names a wrong password without showing it, a role without rights, and a server that is not there', async () => {
    const codeOf = (url: string) =>
      openPostgres(url, { lockId: 42 }).then(
        async (database) => {
          await database.close();
          return 'ok';
        },
        (error: { readonly code: string; readonly message: string; readonly hint?: string }) => {
          expect(`${error.message} ${error.hint}`).not.toContain('seCret');
          return error.code;
        },
      );
    expect(await codeOf(server.url.replace(/:[^:@/]+@/, ':seCret@'))).toBe('DATABASE_ACCESS');
    expect(await codeOf(server.url.replace(/\/holdfast$/, '/elsewhere'))).toBe('DATABASE_MISSING');
    expect(await codeOf(`postgres://user:seCret@${encodeURIComponent(scratch)}/holdfast`)).toBe('DATABASE_CONNECTION');
    expect(await codeOf('postgres://user:seCret@127.0.0.1:1/holdfast')).toBe('DATABASE_CONNECTION');
    expect(await codeOf('mysql://user:seCret@host/holdfast')).toBe('DATABASE_URL_INVALID');
    expect(await codeOf('postgres://user:seCret@ho st/holdfast')).toBe('DATABASE_URL_INVALID');
    const writer = await openPostgres<Tables>(server.url, { lockId: 42 });
    await expect(migrate(writer, MIGRATIONS)).rejects.toMatchObject({ code: 'DATABASE_REFUSED' });
    await writer.close();
  });
});
