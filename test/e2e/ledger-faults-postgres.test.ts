import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLedgerServer } from '#app/home/open-home-database.ts';
import type { Database } from '#base/database/database.ts';
import { migrate } from '#base/database/migrate.ts';
import { openSqlite } from '#base/database/open-sqlite.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import type { AppendPhase } from '#ledger/ledger.ts';
import { formatSignerKey, generateSigner, type Signer } from '#ledger/note/keys.ts';
import { generationsOf } from '#ledger/projection/generations.ts';
import { LEDGER_MIGRATIONS } from '#ledger/store/migrations.ts';
import type { LedgerTables } from '#ledger/store/tables.ts';
import { verifyLedger } from '#ledger/verify/verify.ts';
import { countOf, openCounted } from '../harness/counted-ledger.ts';
import { type Postgres, startPostgres } from '../harness/postgres.ts';
import { EMPTY_SCHEMA, psql } from '../harness/record-place.ts';
import { needs } from '../harness/skip.ts';

const ROOT = join(import.meta.dirname, '../..');
const signer = generateSigner('holdfast/test');
const PHASES: readonly AppendPhase[] = ['begun', 'inserted', 'projected', 'signed', 'committed'];

/** Exactly these are on the record, in one order without a gap, in every stream too, and all that speaks of them fits. */
async function expectExactly(
  database: Database<LedgerTables>,
  signer: Signer,
  names: readonly string[],
): Promise<void> {
  const events: LedgerEvent[] = [];
  for await (const event of openCounted(database, signer).read()) events.push(event);
  expect(events.map(({ data }) => data['name']).sort()).toEqual([...names].sort());
  expect(events.map(({ position }) => position)).toEqual(names.map((_, index) => index + 1));
  const versions = new Map<string, number>();
  for (const { stream, version } of events) {
    expect(version).toBe((versions.get(stream) ?? 0) + 1);
    versions.set(stream, version);
  }
  const [generation] = await database.read((query) => generationsOf(query, 'total'));
  expect(generation).toMatchObject({ state: String(names.length), position: names.length });
  const { tampering, clockSteps, size } = await verifyLedger(database, { key: signer.verifierKey, outside: [] });
  expect({ tampering, clockSteps, size }).toEqual({ tampering: [], clockSteps: [], size: names.length });
}

/** Sixteen that append at the same time, each one event after the other. */
async function sixteen(database: Database<LedgerTables>, each: number, onPhase: (phase: AppendPhase) => void) {
  const ledger = openCounted(database, signer, onPhase);
  const names: string[] = [];
  await Promise.all(
    Array.from({ length: 16 }, async (_, appender) => {
      for (let count = 0; count < each; count += 1) {
        const name = `${appender}-${count}`;
        names.push(name);
        const result = await ledger.append(countOf(name, count % 3 === 0 ? 'shared' : `own ${appender}`));
        expect(result.kind).toBe('appended');
      }
    }),
  );
  return names;
}

needs('postgres', 'psql')('a PostgreSQL server that goes away while sixteen append', () => {
  let server: Postgres;
  const open: Database<LedgerTables>[] = [];
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    psql(server.ownerUrl, ...EMPTY_SCHEMA, 'grant create on schema public to holdfast_writer');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((database) => database.close()));
  });
  const opened = async (url = server.url) => {
    const database = await openLedgerServer(url);
    open.push(database);
    await migrate(database, LEDGER_MIGRATIONS);
    return database;
  };

  it.each(PHASES)('records each event once when its connections are cut after an append has %s', async (phase) => {
    const database = await opened();
    let seen = 0;
    let begun = 0;
    const cuts: Promise<void>[] = [];
    const names = await sixteen(database, 12, (now) => {
      if (now === 'begun') begun += 1;
      if (now !== phase) return;
      seen += 1;
      if (seen % 3 === 0) cuts.push(server.cutConnections());
    });
    await Promise.all(cuts);
    expect(cuts.length).toBeGreaterThan(2);
    await expectExactly(await opened(), signer, names);
    if (phase !== 'committed') expect(begun).toBeGreaterThan(names.length / 16);
  });

  it('records each event once when it is restarted', async () => {
    const database = await opened();
    let begun = 0;
    let committed = 0;
    let restarts: Promise<void> = Promise.resolve();
    const names = await sixteen(database, 60, (phase) => {
      if (phase === 'committed') committed += 1;
      if (phase !== 'inserted') return;
      begun += 1;
      if (begun % 20 === 0 && begun <= 60) restarts = restarts.then(() => server.restart());
    });
    await restarts;
    expect(begun).toBeGreaterThan(committed);
    await expectExactly(await opened(), signer, names);
  });

  it.each(['before the server has it', 'after the server has done it'] as const)(
    'records each event once when a COMMIT is lost %s',
    async (when) => {
      const proxy = await startProxy(server.url, when === 'before the server has it');
      try {
        const database = await opened(proxy.url);
        proxy.loseEvery(3);
        const names = await sixteen(database, 12, () => undefined);
        proxy.loseEvery(0);
        expect(proxy.lost()).toBeGreaterThan(3);
        await expectExactly(await opened(), signer, names);
      } finally {
        await Promise.all(open.splice(0).map((one) => one.close()));
        await proxy.stop();
      }
    },
  );
});

interface Proxy {
  readonly url: string;
  /** From now on; 0 is none. */
  loseEvery(commits: number): void;
  lost(): number;
  stop(): Promise<void>;
}

const COMMIT = Buffer.from('COMMIT\0');

/** Stands before the server's socket and loses connections at a COMMIT: before it gets there, or with its answer. */
async function startProxy(url: string, before: boolean): Promise<Proxy> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-proxy-'));
  const real = decodeURIComponent(new URL(url).hostname);
  let every = 0;
  let commits = 0;
  let lost = 0;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = createConnection(join(real, '.s.PGSQL.5432'));
    let losing = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      if (every > 0 && bytes.includes(COMMIT)) {
        commits += 1;
        losing = commits % every === 0;
        if (losing) lost += 1;
        if (losing && before) return end();
      }
      upstream.write(bytes);
    });
    // What the server answers to a COMMIT, it has done.
    upstream.on('data', (bytes) => (losing ? end() : client.write(bytes)));
  });
  await new Promise<void>((resolve) => proxy.listen(join(directory, '.s.PGSQL.5432'), resolve));
  return {
    url: url.replace(encodeURIComponent(real), encodeURIComponent(directory)),
    loseEvery: (count) => {
      every = count;
    },
    lost: () => lost,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function twoProcesses(engine: 'sqlite' | 'postgres'): void {
  let worker = '';
  let scratch = '';
  let server: Postgres | undefined;
  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-two-'));
    // Inside the checkout, so that the driver is found.
    mkdirSync(join(ROOT, '.scratch'), { recursive: true });
    worker = join(mkdtempSync(join(ROOT, '.scratch', 'append-')), 'worker.mjs');
    await build({
      ...{ absWorkingDir: ROOT, entryPoints: ['test/harness/append-worker.ts'], outfile: worker },
      ...{ bundle: true, format: 'esm', platform: 'node', logLevel: 'warning' },
      external: ['libsql', 'pg-native', 'pg-cloudflare'],
      banner: { js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);" },
    });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
    rmSync(join(worker, '..'), { recursive: true, force: true });
  });

  function append(target: string, name: string): Promise<readonly string[]> {
    const args = [worker, engine, target, formatSignerKey(signer), name, '160'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => (code === 0 ? resolve(printed.trimEnd().split('\n')) : reject(new Error(`${code}`))));
    });
  }

  it('share one order', async () => {
    server = engine === 'postgres' ? await startPostgres() : undefined;
    const target = server?.ownerUrl ?? join(scratch, 'ledger.db');
    const database = server === undefined ? await openSqlite<LedgerTables>(target) : await openLedgerServer(target);
    try {
      await migrate(database, LEDGER_MIGRATIONS);
      const names = await Promise.all(['a', 'b'].map((name) => append(target, name)));
      await expectExactly(database, signer, names.flat());
    } finally {
      await database.close();
    }
  });
}

describe('two processes that append at once in SQLite', () => {
  twoProcesses('sqlite');
});

needs('postgres')('two processes that append at once in PostgreSQL', () => {
  twoProcesses('postgres');
});
