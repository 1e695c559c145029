import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VolumeDrillReport } from '#api/volume-drill-report.ts';
import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { buildDatabaseImage } from '../harness/database-image.ts';
import { buildServerImages } from '../harness/database-servers.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const SECRET = `pass' "word$1`;
const QUIET = 'quiet word';
const PROGRAM = join(import.meta.dirname, '../../dist/main.js');

needs(
  'engine',
  'busybox',
  'restic',
  'mmdebstrap',
)('drills of dumps', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const drill = async (volume: string) => {
    const ran = await run('volume', 'drill', volume, '--repo', 'main', '--format', 'json');
    expect(ran.stdout, ran.stderr).toContain('{');
    expect(ran.stdout + ran.stderr).not.toContain(QUIET);
    return { code: ran.code, report: JSON.parse(ran.stdout) as VolumeDrillReport };
  };
  const made = async () => {
    const names =
      (await engine.docker('ps', '--all', '--format', '{{.Names}}')) + (await engine.docker('volume', 'ls', '-q'));
    return names.split('\n').filter((name) => name.includes('drill'));
  };
  const start = (name: string, at: string, image: string, ...options: readonly string[]) =>
    engine.docker(
      ...['run', '-d', '--network', 'none', '--name', name, '--volume', `${name}:${at}`, ...options],
      ...image.split(' '),
    );
  /** Until the script ends with 0, with an answer: what is filled then is of the real server. */
  const filled = async (name: string, script: string) => {
    let said: unknown;
    for (let tried = 0; tried < 150; tried += 1) {
      const done = await engine.docker('exec', name, 'sh', '-euc', script).catch((error: unknown) => {
        said = error;
      });
      if (done !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`${String(said)}\n${await engine.docker('logs', name)}`);
  };
  const postgres = async (name: string, lose: string) => {
    const [user, password] = ['POSTGRES_USER=admin', `POSTGRES_PASSWORD=${SECRET}`];
    await start(name, '/data', 'postgres:15', '-e', user, '-e', password, '-e', `LOSE=${lose}`);
    const sql = (database: string, text: string) =>
      `PGPASSWORD=$POSTGRES_PASSWORD psql -q -v ON_ERROR_STOP=1 -h /run/postgresql -U admin -d ${database} -c "${text}"`;
    await filled(
      name,
      [
        `read -r server </proc/1/comm; [ "$server" = postgres ]`,
        sql('shop', 'CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) AS n'),
        sql('shop', 'CREATE ROLE \\"Odd role\\" LOGIN; ALTER TABLE t OWNER TO \\"Odd role\\"'),
        sql('shop', "COMMENT ON DATABASE shop IS 'of fruit'"),
        sql('postgres', 'DROP TABLE setting'),
      ].join('\n'),
    );
  };
  const mariadb = async (name: string, lose: string) => {
    await start(name, '/data', 'mariadb:10', '-e', `MARIADB_ROOT_PASSWORD=${QUIET}`, '-e', `LOSE=${lose}`);
    const text = `DROP DATABASE sample; CREATE DATABASE shop; USE shop; CREATE TABLE t (n INT PRIMARY KEY);
      INSERT INTO t SELECT seq FROM seq_1_to_5000; CREATE USER app IDENTIFIED BY 'other'`;
    await filled(name, `MYSQL_PWD=$MARIADB_ROOT_PASSWORD mariadb --user=root --execute="${text}"`);
  };

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildDatabaseImage(engine);
    await buildServerImages(engine);
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    const label = (name: string, text: string) => ['--label', `holdfast.volume.${name}=${text}`];
    const own = label('dump', 'cat /data/*');
    await Promise.all([
      ok('init').then(() => ok('volume', 'repo', 'init', 'main', ...where)),
      postgres('pg', ''),
      postgres('pg-lost', 'rows'),
      mariadb('maria', ''),
      mariadb('maria-cut', 'middle'),
      start('redis', '/data', 'redis:7').then(() => filled('redis', 'redis-cli MSET one 1 two 2 three 3 | grep OK')),
      start('own', '/data', 'busybox', ...own, ...label('load', 'cat >/data/all'), ...label('probe', 'cat /data/*')),
      start('bare', '/data', 'busybox', ...own, ...label('probe', 'cat /data/*')),
    ]);
    for (const name of ['own', 'bare']) await filled(name, 'echo a >/data/a; echo b >/data/b');
    await ok('volume', 'snapshot', 'pg', 'pg-lost', 'maria', 'maria-cut', 'redis', 'own', 'bare', '--repo', 'main');
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('dumps of PostgreSQL, MariaDB and Redis load into fresh servers, which then hold what was held', async () => {
    const [pg, maria, redis] = await Promise.all([drill('pg'), drill('maria'), drill('redis')]);
    expect(pg?.report).toMatchObject({
      ...{ outcome: 'passed', reasons: [], problems: [], dumps: 4, dumpsLoaded: 4 },
      loads: [{ container: 'pg', outcome: 'passed', loaded: 4, dumps: 4, log: [] }],
    });
    // What the image brings itself was taken away before.
    expect(pg?.report.loads[0]?.after).toContain('table shop.public.t rows 5000');
    expect(pg?.report.loads[0]?.after).toBe(pg?.report.before);
    expect(maria?.report).toMatchObject({ outcome: 'passed', reasons: [], dumpsLoaded: 1 });
    expect(maria?.report.loads[0]?.after).toBe('tables 1\ntable shop.t rows 5000');
    expect(redis?.report).toMatchObject({ outcome: 'passed', reasons: [], dumpsLoaded: 1 });
    expect(redis?.report.loads[0]?.after).toBe('keys\ndb0 3');
    expect([pg?.code, maria?.code, redis?.code]).toEqual([0, 0, 0]);
    expect(await made()).toEqual([]);
    const log = await ok('log', '--type', 'volume.drilled', '--format', 'json');
    expect(log).toContain('4 of 4 dumps loaded');
    expect(log).not.toMatch(/rows|public/);
    expect(log).not.toContain(QUIET);
  });

  test('a dump that lost its rows fails, and one that is cut between a whole beginning and end, though the files pass', async () => {
    const [lost, cut] = await Promise.all([drill('pg-lost'), drill('maria-cut')]);
    expect(lost?.report).toMatchObject({
      outcome: 'failed',
      reasons: [{ code: 'DRILL_VALUE_DIFFERS', message: expect.stringContaining('Dumps of pg-lost') }],
      loads: [{ outcome: 'failed', loaded: 4, after: expect.stringContaining('table shop.public.t rows 0') }],
    });
    expect(lost?.report.after).toBe(lost?.report.before);
    expect(cut?.report).toMatchObject({
      outcome: 'failed',
      reasons: [{ code: 'DRILL_DUMP_NOT_LOADED', hint: expect.stringContaining('It said: ERROR') }],
      loads: [{ outcome: 'failed', loaded: 0, after: null }],
    });
    expect(cut?.report.after).toBe(cut?.report.before);
    expect([lost?.code, cut?.code]).toEqual([1, 1]);
    expect(await made()).toEqual([]);
  });

  test('a label loads a dump of one’s own; without one it is named and not proven', async () => {
    const [own, bare] = await Promise.all([drill('own'), drill('bare')]);
    expect(own?.report).toMatchObject({ outcome: 'passed', loads: [{ outcome: 'passed', loaded: 1, after: 'a\nb' }] });
    expect(bare?.report).toMatchObject({
      outcome: 'unproven',
      after: 'a\nb',
      reasons: [{ code: 'DRILL_LOAD_UNKNOWN', hint: expect.stringContaining('holdfast.volume.load') }],
      loads: [{ container: 'bare', outcome: 'unproven', loaded: 0, dumps: 1 }],
    });
    expect([own?.code, bare?.code]).toEqual([0, 0]);
  });

  test('a drill that is killed while it loads leaves nothing after the next reconcile', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'volume', 'drill', 'pg', '--repo', 'main'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: bench.path('home'), ...environment },
      stdio: 'ignore',
    });
    const all = async () => (await made()).filter((name) => name.includes('load1'));
    // The server, its volume and that of the dumps.
    while ((await all()).length < 3 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGKILL');
    expect(await made()).toHaveLength(3);
    const report: VolumeReconcileReport = JSON.parse(await ok('volume', 'reconcile', '--format', 'json'));
    expect(report.removed).toHaveLength(3);
    expect(await made()).toEqual([]);
    expect(readdirSync(bench.path('holdfast', 'drills'))).toEqual([]);
  });
});
