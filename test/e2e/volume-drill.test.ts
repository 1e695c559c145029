import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VolumeDrillReport } from '#api/volume-drill-report.ts';
import type { VolumeReconcileReport } from '#api/volume-reconcile-report.ts';
import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { buildDatabaseImage } from '../harness/database-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

/** PostgreSQL as official images have it: what is there is started, else it is set up. */
const POSTGRES = [
  '[ -s /data/db/PG_VERSION ] || initdb -D /data/db -U admin --auth=scram-sha-256 --pwfile=/dev/stdin <<END >/dev/null',
  '$POSTGRES_PASSWORD',
  'END',
  'exec postgres -D /data/db -c listen_addresses= -c fsync=off -c unix_socket_directories=/run/postgresql',
].join('\n');
const SECRET = `pass' "word$1`;
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
  const sql = (name: string, text: string) =>
    engine.docker(
      'exec',
      name,
      'sh',
      '-c',
      'PGPASSWORD=$POSTGRES_PASSWORD psql -h /run/postgresql -U admin -d postgres -Atc "$1"',
      'sh',
      text,
    );
  const filled = async (name: string) => {
    for (let tried = 0; tried < 300; tried += 1) {
      const up = await sql(name, 'CREATE TABLE IF NOT EXISTS t AS SELECT n FROM generate_series(1, 5000) AS n').catch(
        () => '',
      );
      if (up !== '') return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(await engine.docker('logs', name));
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
    await buildImage(engine, 'postgres:15', [
      'FROM databases',
      'USER 70',
      `ENV PGDATA=/data/db`,
      `CMD ["sh", "-euc", ${JSON.stringify(POSTGRES)}, "postgres"]`,
      'VOLUME /data',
    ]);
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    await ok('init');
    await ok(
      'volume',
      'repo',
      'init',
      'main',
      '--location',
      bench.path('repo'),
      '--password-file',
      bench.path('password'),
    );
    await engine.docker(
      'run',
      '-d',
      '--network',
      'none',
      '--name',
      'db',
      '-v',
      'db:/data',
      '-e',
      `POSTGRES_PASSWORD=${SECRET}`,
      '-e',
      'POSTGRES_USER=admin',
      'postgres:15',
    );
    await filled('db');
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('PostgreSQL that holds what it held passes, and nothing is left of the drill', async () => {
    const taken = await snapshot('db');
    expect(taken.problems).toEqual([]);
    const { code, report, stderr } = await drill('db', '--repo', 'main');
    expect(report, stderr).toMatchObject({
      outcome: 'passed',
      probe: 'service',
      service: 'postgres',
      snapshot: taken.snapshot,
      reasons: [],
      problems: [],
    });
    expect(report.before).toContain('table postgres.public.t rows 5000');
    expect(report.after).toBe(report.before);
    expect(report.dumps).toBeGreaterThan(0);
    expect(code).toBe(0);
    expect(await made()).toEqual([]);
    const log = await ok('log', '--type', 'volume.drilled', '--format', 'json');
    expect(log).toContain('passed');
    expect(log).not.toMatch(/rows|public/);
    expect(log).not.toContain(SECRET);
  });

  test('a database that comes back empty fails, and nothing of its values is recorded', async () => {
    // The data is beside the volume: what is kept is not what the server holds.
    await engine.docker(
      'run',
      ...['-d', '--network', 'none', '--name', 'lost', '-v', 'lost:/data/beside', '-e', `POSTGRES_PASSWORD=${SECRET}`],
      ...['-e', 'POSTGRES_USER=admin', 'postgres:15'],
    );
    await filled('lost');
    const { problems } = await snapshot('lost');
    expect(problems).toEqual([]);
    const { code, report } = await drill('lost', '--repo', 'main');
    expect(report).toMatchObject({
      outcome: 'failed',
      reasons: [{ code: 'DRILL_VALUE_DIFFERS' }, { code: 'DRILL_WITHOUT' }],
    });
    expect(report.before).toContain('rows 5000');
    expect(report.after).not.toContain('rows');
    expect(code).toBe(1);
    expect(await made()).toEqual([]);
    const log = await ok('log', '--type', 'volume.drilled', '--type', 'snapshot.probed', '--format', 'json');
    expect(log).toContain('failed');
    expect(log).not.toMatch(/rows|public/);
    await engine.docker('rm', '-fv', 'lost');
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

  test('a killed drill leaves nothing after the next reconcile', async () => {
    const child = spawn(process.execPath, [PROGRAM, 'volume', 'drill', 'db', '--repo', 'main'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: bench.path('home'), ...environment },
      stdio: 'ignore',
    });
    // Its container runs: everything that a drill makes is there.
    while ((await made()).length < 2 && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGKILL');
    expect(await made()).toHaveLength(2);
    const report: VolumeReconcileReport = JSON.parse(await ok('volume', 'reconcile', '--format', 'json'));
    expect(report.removed).toHaveLength(2);
    expect(await made()).toEqual([]);
    for (const notes of ['drills', 'restores', 'staging']) {
      expect(readdirSync(bench.path('holdfast', notes), { recursive: true })).not.toContainEqual(
        expect.stringMatching(/drill|json/),
      );
    }
  });
});
