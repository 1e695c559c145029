import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VolumeDrillReport } from '#api/volume-drill-report.ts';
import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
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
)('volume drill', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const drill = async (...args: readonly string[]) => {
    const ran = await run('volume', 'drill', ...args, '--format', 'json');
    return { ...ran, report: JSON.parse(ran.stdout) as VolumeDrillReport };
  };
  const snapshot = async (volume: string): Promise<SnapshotTaken> =>
    JSON.parse(await ok('volume', 'snapshot', volume, '--repo', 'main', '--format', 'json'));
  const start = (name: string, at: string, options: readonly string[], image: string) =>
    engine.docker('run', '-d', '--network', 'none', '--name', name, '-v', `${name}:${at}`, ...options, image);
  const labels = (...texts: readonly string[]) => texts.flatMap((text) => ['--label', `holdfast.volume.${text}`]);
  /** Runs a script until it ends with 0. */
  const until = async (name: string, script: string) => {
    let said: unknown;
    for (let tried = 0; tried < 300; tried += 1) {
      const done = await engine.docker('exec', name, 'sh', '-euc', script).catch((error: unknown) => {
        said = error;
      });
      if (done !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`${String(said)}\n${await engine.docker('logs', name)}`);
  };
  const postgres = async (name: string, at: string) => {
    const options = ['-e', 'POSTGRES_USER=admin', '-e', `POSTGRES_PASSWORD=${SECRET}`];
    await start(name, at, options, 'postgres:15');
    const sql = (database: string, text: string) =>
      `PGPASSWORD=$POSTGRES_PASSWORD psql -q -v ON_ERROR_STOP=1 -h /run/postgresql -U admin -d ${database} -c "${text}"`;
    await until(
      name,
      [
        // What sets itself up answers, too.
        'read -r server </proc/1/comm; [ "$server" = postgres ]',
        sql('postgres', 'DROP TABLE IF EXISTS setting'),
        sql('shop', 'CREATE TABLE t AS SELECT n FROM generate_series(1, 5000) AS n'),
        sql('shop', 'CREATE ROLE \\"Odd role\\" LOGIN; ALTER TABLE t OWNER TO \\"Odd role\\"'),
      ].join('\n'),
    );
  };
  const mariadb = async (name: string) => {
    await start(name, '/data', ['-e', `MARIADB_ROOT_PASSWORD=${QUIET}`], 'mariadb:10');
    const text = `DROP DATABASE sample; CREATE DATABASE shop; USE shop; CREATE TABLE t (n INT PRIMARY KEY);
      INSERT INTO t SELECT seq FROM seq_1_to_5000; CREATE USER app IDENTIFIED BY 'other'`;
    await until(name, `MYSQL_PWD=$MARIADB_ROOT_PASSWORD mariadb --user=root --execute="${text}"`);
  };
  const made = async () => {
    const names =
      (await engine.docker('ps', '--all', '--format', '{{.Names}}')) + (await engine.docker('volume', 'ls', '-q'));
    return names.split('\n').filter((name) => name.includes('drill'));
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
    const [own, probe] = ['dump=cat /data/*', 'probe=cat /data/*'];
    await Promise.all([
      ok('init').then(() => ok('volume', 'repo', 'init', 'main', ...where)),
      postgres('db', '/data'),
      // Its data is beside the volume: what is kept is not what the server holds.
      postgres('lost', '/data/beside'),
      mariadb('maria'),
      start('redis', '/data', [], 'redis:7').then(() => until('redis', 'redis-cli MSET a 1 b 2 c 3 | grep OK')),
      start('own', '/data', [...labels(own, probe, 'load=cat >/data/all')], 'busybox'),
      start('bare', '/data', [...labels(own, probe)], 'busybox'),
    ]);
    for (const name of ['own', 'bare']) await until(name, 'echo a >/data/a; echo b >/data/b');
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('PostgreSQL that holds what it held passes, its dumps too, and nothing is left of the drill', async () => {
    const taken = await snapshot('db');
    expect(taken.problems).toEqual([]);
    const { code, report, stderr } = await drill('db', '--repo', 'main');
    expect(report, stderr).toMatchObject({
      ...{ outcome: 'passed', probe: 'service', service: 'postgres', snapshot: taken.snapshot },
      ...{ reasons: [], problems: [], dumps: 4, dumpsLoaded: 4 },
      loads: [{ container: 'db', outcome: 'passed', loaded: 4, dumps: 4, log: [] }],
    });
    expect(report.before).toContain('table shop.public.t rows 5000');
    expect(report.after).toBe(report.before);
    // What the image's own set-up brings was taken away before.
    expect(report.loads[0]?.after).toBe(report.before);
    expect(code).toBe(0);
    expect(await made()).toEqual([]);
    const log = await ok('log', '--type', 'volume.drilled', '--format', 'json');
    expect(log).toContain('passed, 4 of 4 dumps loaded');
    expect(log).not.toMatch(/rows|public/);
    expect(log).not.toContain(SECRET);
  });

  test('a database that comes back empty fails, a dump that lost its rows too, and no value is recorded', async () => {
    await engine.docker('exec', 'lost', 'touch', '/tmp/lose');
    const { problems } = await snapshot('lost');
    expect(problems).toEqual([]);
    const { code, report } = await drill('lost', '--repo', 'main');
    expect(report).toMatchObject({
      outcome: 'failed',
      reasons: [
        { code: 'DRILL_VALUE_DIFFERS' },
        { code: 'DRILL_WITHOUT' },
        { code: 'DRILL_VALUE_DIFFERS', message: expect.stringContaining('Dumps of lost') },
      ],
      loads: [{ outcome: 'failed', loaded: 4, after: expect.stringContaining('table shop.public.t rows 0') }],
    });
    expect(report.before).toContain('rows 5000');
    expect(report.after).not.toContain('shop.public.t');
    expect(code).toBe(1);
    expect(await made()).toEqual([]);
    const log = await ok('log', '--type', 'volume.drilled', '--type', 'snapshot.probed', '--format', 'json');
    expect(log).toContain('failed');
    expect(log).not.toMatch(/rows|public/);
    await engine.docker('rm', '-fv', 'lost');
  });

  test('dumps of MariaDB and Redis load; one that is cut between a whole beginning and end fails, though the files pass', async () => {
    await ok('volume', 'snapshot', 'maria', 'redis', '--repo', 'main');
    const [maria, redis] = await Promise.all([drill('maria', '--repo', 'main'), drill('redis', '--repo', 'main')]);
    const passed = { outcome: 'passed', reasons: [], dumpsLoaded: 1 };
    expect(maria).toMatchObject({
      code: 0,
      report: { ...passed, loads: [{ after: 'tables 1\ntable shop.t rows 5000' }] },
    });
    expect(redis).toMatchObject({ code: 0, report: { ...passed, loads: [{ after: 'keys\ndb0 3' }] } });
    await engine.docker('exec', 'maria', 'touch', '/tmp/lose');
    expect((await snapshot('maria')).problems).toEqual([]);
    const cut = await drill('maria', '--repo', 'main');
    expect(cut).toMatchObject({
      code: 1,
      report: {
        outcome: 'failed',
        reasons: [{ code: 'DRILL_DUMP_NOT_LOADED', hint: expect.stringContaining('It said: ERROR') }],
        loads: [{ outcome: 'failed', loaded: 0, after: null }],
      },
    });
    expect(cut.report.after).toBe(cut.report.before);
    expect(maria.stdout + maria.stderr + cut.stdout + cut.stderr).not.toContain(QUIET);
    expect(await made()).toEqual([]);
  });

  test('a label loads a dump of one’s own; without one it is named and not proven', async () => {
    await ok('volume', 'snapshot', 'own', 'bare', '--repo', 'main');
    const [own, bare] = await Promise.all([drill('own', '--repo', 'main'), drill('bare', '--repo', 'main')]);
    expect(own.report).toMatchObject({ outcome: 'passed', loads: [{ outcome: 'passed', loaded: 1, after: 'a\nb' }] });
    expect(bare.report).toMatchObject({
      ...{ outcome: 'passed', after: 'a\nb', problems: [{ code: 'DRILL_DUMPS_LEFT' }] },
      reasons: [{ code: 'DRILL_LOAD_UNKNOWN', hint: expect.stringContaining('holdfast.volume.load') }],
      loads: [{ container: 'bare', outcome: 'unproven', loaded: 0, dumps: 1 }],
    });
    expect([own.code, bare.code]).toEqual([0, 0]);
    expect(await drill('bare', '--repo', 'main', '--require-proof')).toMatchObject({ code: 4 });
  });

  test('without the container, a label’s probe is run on what its image says; without a probe nothing is proven', async () => {
    await engine.docker(
      'run',
      '--rm',
      '--network',
      'none',
      '-v',
      'files:/data',
      'busybox',
      'sh',
      '-c',
      'echo a >/data/a; echo b >/data/b',
    );
    const label = 'holdfast.volume.probe=cat /data/* | wc -l';
    await engine.docker(
      'run',
      '-d',
      '--network',
      'none',
      '--name',
      'app',
      '--label',
      label,
      '-v',
      'files:/data',
      'busybox',
    );
    await snapshot('files');
    await engine.docker('rm', '-f', 'app');
    const gone = await drill('files', '--repo', 'main');
    expect(gone.report).toMatchObject({ outcome: 'passed', probe: 'label', before: '2', after: '2' });
    expect(gone.report.problems).toMatchObject([{ code: 'DRILL_DEFINITION_MISSING' }]);
    await engine.docker('run', '-d', '--network', 'none', '--name', 'app', '-v', 'files:/data', 'busybox');
    await snapshot('files');
    const plan = await drill('files', '--repo', 'main', '--dry-run');
    expect(plan).toMatchObject({ code: 0, report: { dryRun: true, probe: 'files' } });
    const unproven = await drill('files', '--repo', 'main', '--require-proof');
    expect(unproven).toMatchObject({
      code: 4,
      report: { outcome: 'unproven', probe: 'files', reasons: [{ code: 'DRILL_NO_PROBE' }] },
    });
  });

  test('a drill that is killed leaves nothing after the next reconcile, nor does one that loads dumps', async () => {
    // The container that it tries and its volume; a server, its volume and that of the dumps.
    for (const [volume, part, most] of [
      ['db', 'drill', 2],
      ['redis', 'load', 3],
    ] as const) {
      const child = spawn(process.execPath, [PROGRAM, 'volume', 'drill', volume, '--repo', 'main'], {
        env: { PATH: process.env['PATH'] ?? '', HOME: bench.path('home'), ...environment },
        stdio: 'ignore',
      });
      const parts = async () => (await made()).filter((name) => name.includes(part));
      while ((await parts()).length < most && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 50));
      child.kill('SIGKILL');
      expect(await made()).toHaveLength(most);
      const report: VolumeReconcileReport = JSON.parse(await ok('volume', 'reconcile', '--format', 'json'));
      expect(report.removed).toHaveLength(most);
      expect(await made()).toEqual([]);
      for (const notes of ['drills', 'restores', 'staging']) {
        expect(readdirSync(bench.path('holdfast', notes), { recursive: true })).not.toContainEqual(
          expect.stringMatching(/drill|json/),
        );
      }
    }
  });
});
