import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { checkDatabases, startBusyDatabases } from '../harness/busy-databases.ts';
import { buildDatabaseImage } from '../harness/database-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const ROUNDS = Number(process.env['HOLDFAST_SOAK_ROUNDS'] ?? 20);
const LIVE_ROUNDS = 3;
const DUMPS = ['pg/postgres/postgres.dump', 'maria/mysql/all-databases.sql', 'redis/redis/dump.rdb'];
const FILES = ['mariadb', 'postgres', 'redis', 'sqlite-delete', 'sqlite-wal'];

needs(
  'engine',
  'busybox',
  'restic',
  'mmdebstrap',
)('snapshots of databases under load', () => {
  let bench: Bench;
  let engine: Engine;
  const run = (...args: readonly string[]) =>
    bench.run(args, {
      environment: { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost },
      limitMs: 300_000,
    });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildDatabaseImage(engine);
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
  });
  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  /** Takes, restores and checks; good ones by name, and what was wrong with the others. */
  async function rounds(count: number, labels: Readonly<Record<string, string>>, method: string) {
    await startBusyDatabases(engine, 'data', labels);
    await untilBusy();
    const good = new Map<string, number>();
    const bad: string[] = [];
    const holds: number[] = [];
    for (let round = 0; round < count; round += 1) {
      await sleep(500);
      const taken: SnapshotTaken = JSON.parse(await ok('volume', 'snapshot', 'data', '--format', 'json'));
      expect(taken).toMatchObject({ method, complete: true });
      holds.push(taken.holdMs);
      const to = `${method.replace('+', '-')}-${round}`;
      await ok('volume', 'restore', taken.snapshot, '--to', to);
      await fetchDumps(taken, to);
      for (const line of await checkDatabases(engine, to)) {
        const [name = '', verdict] = line.split(' ');
        if (verdict === 'ok') good.set(name, (good.get(name) ?? 0) + 1);
        else bad.push(`round ${round}: ${line}`);
      }
      await engine.docker('volume', 'rm', to);
      console.log(`${method}: round ${round + 1} of ${count}, held ${taken.holdMs} ms, bad so far ${bad.length}`);
    }
    const held = `held ${Math.min(...holds)} to ${Math.max(...holds)} ms`;
    console.log(
      `${method}: ${[...good]
        .map(([name, n]) => `${name} ${n}`)
        .sort()
        .join(', ')}; bad ${bad.length}; ${held}`,
    );
    for (const line of bad) console.log(line.slice(0, 300));
    return { good, bad };
  }

  async function untilBusy(): Promise<void> {
    const busy = [
      [
        'lite',
        'sqlite3 /data/wal.db "SELECT 1/(count(*) > 100) FROM t"; sqlite3 /data/delete.db "SELECT 1/(count(*) > 100) FROM t"',
      ],
      ['pg', 'psql -X -h /run/postgresql -U postgres -Atc "SELECT 1/count(*) FROM pgbench_history"'],
      ['maria', 'mariadb --user=root -Ne "SELECT sum(abs(n)) FROM shop.t" | grep -q "^[1-9]"'],
      ['redis', 'redis-cli get up | grep -q "[1-9]"'],
    ] as const;
    for (const [name, script] of busy) {
      for (let tried = 0; ; tried += 1) {
        const said = await engine.docker('exec', name, 'sh', '-ec', script).catch(() => undefined);
        if (said !== undefined) break;
        if (tried > 300) throw new Error(`${name}: ${await engine.docker('logs', '--tail', '20', name)}`);
        await sleep(300);
      }
    }
  }

  /** Those of the snapshot, to where they are looked for. */
  async function fetchDumps({ snapshot, dumps }: SnapshotTaken, volume: string): Promise<void> {
    const wanted = DUMPS.filter((name) => dumps.includes(name));
    if (wanted.length === 0) return;
    const mountpoint = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', volume)).trim();
    const staged = bench.path('holdfast/staging/main/data/dumps');
    const target = bench.path('dumps');
    const repository = ['--repo', bench.path('repo'), '--password-file', bench.path('password'), '--quiet'];
    const place = ['--include', staged, '--target', target];
    await promisify(execFile)('restic', [...repository, 'restore', snapshot, ...place]);
    mkdirSync(join(mountpoint, '.dumps'));
    for (const dump of wanted) copyFileSync(join(target, staged, dump), join(mountpoint, '.dumps', basename(dump)));
    rmSync(target, { recursive: true });
  }

  const all = (names: readonly string[], count: number) => names.map((name) => [name, count] as const).sort();

  test(`paused, and dumped: ${ROUNDS} restores of each are good`, async () => {
    const { good, bad } = await rounds(ROUNDS, { method: 'dump,pause', 'hold-cap': '2m' }, 'dump+pause');
    expect(bad).toEqual([]);
    const names = [...FILES, 'mariadb-dump', 'postgres-dump', 'redis-dump'];
    expect([...good].sort()).toEqual(all(names, ROUNDS));
  });

  test(`stopped: ${ROUNDS} restores of each are good`, async () => {
    const { good, bad } = await rounds(ROUNDS, { method: 'stop' }, 'stop');
    expect(bad).toEqual([]);
    expect([...good].sort()).toEqual(all(FILES, ROUNDS));
  });

  test('as it is while all is written to: this test can fail', async () => {
    const { bad } = await rounds(LIVE_ROUNDS, { method: 'live' }, 'live');
    expect(bad.length).toBeGreaterThan(0);
  });
});
