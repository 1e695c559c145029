import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectEngine, type EngineControl } from '#base/engine/engine.ts';
import type { DumpFacts } from '#volume/dump/dump-hook.ts';
import { dumpHookFor } from '#volume/dump/list.ts';
import { type DumpStream, openCommandDump, openDump } from '#volume/dump/run-dump.ts';
import { buildDatabaseImage } from '../harness/database-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { needs } from '../harness/skip.ts';

const SECRET = `pass' "word$1\\`;

needs(
  'engine',
  'busybox',
  'mmdebstrap',
)('dumps of running databases', () => {
  let engine: Engine;
  let control: EngineControl;
  let directory: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-dump-'));
    engine = await startEngine();
    control = await connectEngine({ DOCKER_HOST: engine.dockerHost });
    await buildDatabaseImage(engine);
  });
  afterAll(async () => {
    await engine?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const start = async (name: string, script: string, ...options: readonly string[]) => {
    const run = ['run', '-d', '--network', 'none', '--name', name, ...options, 'databases', 'sh', '-euc', script];
    await engine.docker(...run);
  };
  const run = (name: string, script: string) => engine.docker('exec', name, 'sh', '-c', script);
  const ready = async (name: string, script: string) => {
    for (let tried = 0; tried < 300; tried += 1) {
      if (
        await run(name, script).then(
          () => true,
          () => false,
        )
      )
        return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${name} does not answer: ${await engine.docker('logs', name)}`);
  };
  const idOf = async (name: string) => (await engine.docker('inspect', '--format', '{{.Id}}', name)).trim();
  const target = async (name: string) => ({ engine: control, container: await idOf(name), name, silenceMs: 60_000 });
  const facts = (id: string, more: Partial<DumpFacts> = {}): DumpFacts => ({
    service: { id, role: 'server' },
    ...more,
  });
  const read = async ({ content }: DumpStream) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of content) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const dump = async (name: string, what: DumpFacts) => {
    const hook = dumpHookFor(what);
    if (hook === undefined) throw new Error('no hook');
    const streams = await openDump(await target(name), hook, what);
    const files = new Map<string, Buffer>();
    for (const stream of streams) files.set(stream.name, await read(stream));
    return files;
  };
  const copyIn = async (name: string, bytes: Buffer) => {
    writeFileSync(join(directory, 'dump'), bytes);
    await engine.docker('cp', join(directory, 'dump'), `${name}:/tmp/dump`);
  };

  test('PostgreSQL: every database and what is common to them, with a password, under load', async () => {
    await start(
      'pg',
      `printf %s "$POSTGRES_PASSWORD" >/tmp/pw
       initdb -D /data/db -U admin --auth=scram-sha-256 --pwfile=/tmp/pw >/dev/null
       exec postgres -D /data/db -c listen_addresses= -c fsync=off -c unix_socket_directories=/run/postgresql`,
      ...['--user', '70', '--env', 'POSTGRES_USER=admin', '--env', `POSTGRES_PASSWORD=${SECRET}`],
    );
    const sql = (database: string, text: string) =>
      engine.docker(
        'exec',
        '--env',
        `PGPASSWORD=${SECRET}`,
        'pg',
        'psql',
        '-X',
        '-U',
        'admin',
        '-h',
        '/run/postgresql',
        '-A',
        '-t',
        '-d',
        database,
        '-c',
        text,
      );
    await ready('pg', 'pg_isready -h /run/postgresql');
    await sql('postgres', 'CREATE DATABASE "odd=name.../x"');
    await sql('postgres', 'CREATE ROLE kept LOGIN');
    await sql('postgres', 'CREATE TABLE t AS SELECT n, md5(n::text) AS text FROM generate_series(1, 20000) AS n');
    const load = sql(
      'postgres',
      "DO $$ BEGIN FOR i IN 1..200 LOOP INSERT INTO t VALUES (-i, 'x'); PERFORM pg_sleep(0.005); END LOOP; END $$",
    );
    const files = await dump('pg', facts('postgres'));
    await load;
    expect([...files.keys()]).toEqual([
      'postgres/globals.sql',
      'postgres/odd%3Dname%2E%2E%2E%2Fx.dump',
      'postgres/postgres.dump',
      'postgres/template1.dump',
    ]);
    expect(files.get('postgres/globals.sql')?.toString()).toContain('CREATE ROLE kept');
    await copyIn('pg', files.get('postgres/postgres.dump') ?? Buffer.alloc(0));
    await sql('postgres', 'CREATE DATABASE again');
    await engine.docker(
      'exec',
      '--env',
      `PGPASSWORD=${SECRET}`,
      'pg',
      'pg_restore',
      '-U',
      'admin',
      '-h',
      '/run/postgresql',
      '-d',
      'again',
      '/tmp/dump',
    );
    expect((await sql('again', 'SELECT count(*) FROM t WHERE n > 0')).trim()).toBe('20000');
    // A big one is copied as its files.
    const base = await dump('pg', facts('postgres', { sizeBytes: 10 ** 12 }));
    expect([...base.keys()]).toEqual(['postgres/base.tar']);
    await copyIn('pg', base.get('postgres/base.tar') ?? Buffer.alloc(0));
    const copied = await run(
      'pg',
      `mkdir -m 700 /tmp/copy && tar -xf /tmp/dump -C /tmp/copy && mkdir /tmp/socket &&
       pg_ctl -D /tmp/copy -w -l /tmp/log -o '-c listen_addresses= -c unix_socket_directories=/tmp/socket' start >/dev/null &&
       PGPASSWORD="$POSTGRES_PASSWORD" psql -X -A -t -U admin -h /tmp/socket -d postgres -c 'SELECT count(*) FROM t';
       pg_ctl -D /tmp/copy -m fast -w stop >/dev/null`,
    );
    expect(copied.trim()).toBe('20200');
  });

  test('PostgreSQL as the container’s first process outlives dumps that are given up', async () => {
    const pg = await target('pg');
    const hook = dumpHookFor(facts('postgres'));
    if (hook === undefined) throw new Error('no hook');
    // A server that takes itself for crashed ends all sessions.
    const session = engine.docker(
      'exec',
      'pg',
      'sh',
      '-c',
      'PGPASSWORD="$POSTGRES_PASSWORD" psql -X -A -t -U admin -d postgres -c "SELECT 1 FROM pg_sleep(8)"',
    );
    const outcome = session.then((text) => text.trim(), String);
    for (let round = 0; round < 6; round += 1) {
      for (const { content } of await openDump(pg, hook, facts('postgres'))) for await (const _ of content) break;
      for await (const _ of openCommandDump(pg, 'while :; do date; sleep 0.01; done | cat', 'own').content) break;
    }
    for (let tried = 0; (await engine.docker('top', 'pg')).includes('holdfast-end'); tried += 1) {
      if (tried > 50) throw new Error(await engine.docker('top', 'pg'));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await outcome).toBe('1');
  });

  test('MariaDB: all databases, with a password from a file', async () => {
    await start(
      'maria',
      `printf %s "$SECRET" >/tmp/root-password
       mariadb-install-db --user=root --datadir=/data/db >/dev/null 2>&1
       printf "ALTER USER root@localhost IDENTIFIED BY 'quiet word';" >/tmp/init.sql
       exec mariadbd --user=root --datadir=/data/db --skip-networking --socket=/run/mysqld/mysqld.sock --init-file=/tmp/init.sql`,
      ...['--env', 'SECRET=quiet word', '--env', 'MARIADB_ROOT_PASSWORD_FILE=/tmp/root-password'],
    );
    const sql = (text: string) =>
      engine.docker(
        'exec',
        '--env',
        'MYSQL_PWD=quiet word',
        'maria',
        'mariadb',
        '--user=root',
        '--skip-column-names',
        '--execute',
        text,
      );
    await ready('maria', 'MYSQL_PWD="$SECRET" mariadb --user=root --execute "SELECT 1"');
    await sql(
      'CREATE DATABASE shop; USE shop; CREATE TABLE shop.t (n INT PRIMARY KEY); INSERT INTO shop.t SELECT seq FROM seq_1_to_5000',
    );
    const files = await dump('maria', facts('mariadb'));
    await sql('DROP DATABASE shop');
    await copyIn('maria', files.get('mysql/all-databases.sql') ?? Buffer.alloc(0));
    await run('maria', 'MYSQL_PWD="$SECRET" mariadb --user=root </tmp/dump');
    expect((await sql('SELECT count(*) FROM shop.t')).trim()).toBe('5000');
  });

  test('Redis: what BGSAVE wrote, also when a save has just ended', async () => {
    await start(
      'redis',
      'exec redis-server --requirepass "$REDIS_PASSWORD" --save "" --dir /data',
      '--env',
      `REDIS_PASSWORD=${SECRET}`,
    );
    const cli = (...args: readonly string[]) =>
      engine.docker('exec', '--env', `REDISCLI_AUTH=${SECRET}`, 'redis', 'redis-cli', ...args);
    await ready('redis', 'redis-cli PING');
    await cli('DEBUG', 'POPULATE', '10000').catch(() => '');
    for (let round = 0; round < 3; round += 1) {
      await cli('SET', 'key', `value-${round}`);
      const files = await dump('redis', facts('redis'));
      const rdb = files.get('redis/dump.rdb') ?? Buffer.alloc(0);
      expect(rdb.includes(`value-${round}`)).toBe(true);
      await copyIn('redis', rdb);
      expect(await run('redis', 'redis-check-rdb /tmp/dump')).toContain('RDB looks OK');
    }
  });

  test('a dump that fails, breaks off or whose password is wrong is an error, and tells no secret', async () => {
    const redis = await target('redis');
    const command = (text: string) => read(openCommandDump(redis, text, 'own'));
    expect((await command('echo whole')).toString()).toBe('whole\n');
    await expect(command('echo partly; exit 3')).rejects.toMatchObject({
      code: 'DUMP_FAILED',
      message: expect.stringContaining('ended with 3'),
    });
    await expect(command('echo partly; kill -9 $$; sleep 1')).rejects.toMatchObject({ code: 'DUMP_FAILED' });
    await expect(command('echo partly | false')).rejects.toMatchObject({ code: 'DUMP_FAILED' });
    await start(
      'locked',
      'exec redis-server --requirepass other --save "" --dir /data',
      '--env',
      `REDIS_PASSWORD=${SECRET}`,
    );
    await ready('locked', 'redis-cli PING');
    const refused = await dump('locked', facts('redis')).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'DUMP_FAILED' });
    expect(String(refused)).not.toContain(SECRET);
    const cut = command('while :; do echo line; sleep 0.01; done').catch((error: unknown) => error);
    await engine.docker('kill', 'redis');
    expect(await cut).toMatchObject({ code: expect.stringMatching(/^(?:DUMP_|ENGINE_)/) });
    await expect(command('echo nothing runs')).rejects.toMatchObject({ code: 'ENGINE_EXEC_REFUSED' });
  });

  test('a reader that goes away, or gives up, ends the command', async () => {
    await start('lite', 'exec sleep 1000');
    const lite = await target('lite');
    const stream = openCommandDump(lite, 'exec yes holdfast-endless', 'own');
    for await (const _ of stream.content) break;
    const abort = new AbortController();
    const given = read(openCommandDump({ ...lite, signal: abort.signal }, 'exec yes holdfast-endless', 'own'));
    setTimeout(() => abort.abort(), 200);
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    for (let tried = 0; tried < 100; tried += 1) {
      if (!(await engine.docker('top', 'lite')).includes('holdfast-endless')) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(await engine.docker('top', 'lite'));
  });
});
