import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { SQLITE } from '../harness/busy-databases.ts';
import { buildDatabaseImage } from '../harness/database-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const ROUNDS = Number(process.env['HOLDFAST_SOAK_ROUNDS'] ?? 20);
const DISK_BYTES = 4_000_000_000;

needs(
  'engine',
  'busybox',
  'restic',
  'mmdebstrap',
  'sqlite3',
  'mkfs.xfs',
  'mount',
)('an engine on a filesystem whose files share blocks (xfs)', () => {
  let bench: Bench;
  let engine: Engine;
  let disk: string;
  const ok = async (...args: readonly string[]) => {
    const environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    const ran = await bench.run(args, { environment });
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  beforeAll(async () => {
    bench = startBench();
    const image = bench.path('disk.img');
    disk = bench.path('disk');
    writeFileSync(image, '');
    truncateSync(image, DISK_BYTES);
    execFileSync('mkfs.xfs', ['-q', '-m', 'reflink=1', image]);
    mkdirSync(disk);
    execFileSync('mount', ['-o', 'loop', image, disk]);
    mkdirSync(join(disk, 'root'));
    engine = await startEngine(join(disk, 'root'));
    await buildDatabaseImage(engine);
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    await ok('init');
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await ok('volume', 'repo', 'init', 'main', ...where);
  });
  afterAll(async () => {
    await engine?.stop();
    if (disk !== undefined) execFileSync('umount', [disk]);
    bench?.remove();
  });

  /** What SQLite says of a restored database. */
  const look = (database: string) =>
    execFileSync('sqlite3', [database, 'PRAGMA integrity_check; SELECT sum(n), count(*) > 100 FROM t'], {
      encoding: 'utf8',
    });

  test(`busy SQLite, copied by reflink: ${ROUNDS} restores of each are good`, async () => {
    const label = ['--label', 'holdfast.volume.method=reflink'];
    const run = ['run', '--detach', '--network', 'none', '--stop-timeout', '1', '--name', 'lite', ...label];
    await engine.docker(...run, '--volume', 'data:/data', 'databases', 'sh', '-euc', SQLITE);
    const mountpoint = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'data')).trim();
    await sleep(3_000);
    const holds: number[] = [];
    const bad: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const taken: SnapshotTaken = JSON.parse(await ok('volume', 'snapshot', 'data', '--format', 'json'));
      expect(taken).toMatchObject({ method: 'reflink', complete: true, problems: [] });
      holds.push(taken.holdMs);
      const target = bench.path(`back-${round}`);
      await ok('volume', 'restore', taken.snapshot, '--volume', 'data', '--target', target);
      for (const mode of ['wal', 'delete']) {
        const said = look(join(target, `${mode}.db`));
        if (said !== 'ok\n0|1\n') bad.push(`${round} ${mode}: ${said.slice(0, 200)}`);
      }
      rmSync(target, { recursive: true });
    }
    console.log(`reflink: ${ROUNDS} rounds, held ${Math.min(...holds)} to ${Math.max(...holds)} ms, ${bad.length} bad`);
    expect(bad).toEqual([]);
    expect(readdirSync(join(mountpoint, '..'))).toEqual(['_data']);
    expect(await engine.docker('inspect', '--format', '{{.State.Status}}', 'lite')).toBe('running\n');
  });
});
