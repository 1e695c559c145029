import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { SnapshotList, SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

/**
 * Runs what follows with a small disk at DIRECTORY that has what was there, and says afterwards what is left below it. The
 * disk is seen by that run alone, and goes with it. With a ballast, nothing more fits on it.
 */
const SMALL_DISK = `
directory=$1 options=$2 ballast=$3
shift 3
mkdir -p /run/small
mount -t tmpfs tmpfs /run/small
cp -a "$directory/." /run/small
mount -t tmpfs -o "$options" tmpfs "$directory"
cp -a /run/small/. "$directory" 2>/dev/null || :
[ "$ballast" = none ] || cat /dev/zero >"$directory/ballast" 2>/dev/null || :
code=0
"$@" || code=$?
echo "left: $(ls -A "$directory" | tr '\\n' ' ')" >&2
exit $code`;
/** The directory itself is the one file that there may be. */
const FULL = ['nr_inodes=1'];

needs(
  'engine',
  'busybox',
  'restic',
  'unshare',
)('volumes when something goes wrong', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const onSmallDisk = (
    directory: string,
    [options, ballast = 'none']: readonly string[],
    ...args: readonly string[]
  ) => {
    mkdirSync(directory, { recursive: true });
    const through = ['unshare', '--mount', 'sh', '-uc', SMALL_DISK, 'sh', directory, options ?? '', ballast];
    return bench.run(args, { environment, through });
  };

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "100000"]']);
    const cache = bench.path('cache');
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost, XDG_CACHE_HOME: cache };
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    await ok('init');
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await ok('volume', 'repo', 'init', 'main', ...where);
    await engine.docker('run', '--detach', '--network', 'none', '--name', 'server', '--volume', 'db:/data', 'busybox');
    const mountpoint = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'db')).trim();
    writeFileSync(join(mountpoint, 'big'), randomBytes(12_000_000));
    await ok('volume', 'snapshot', 'db');
  });
  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });
  // Whatever went wrong.
  afterEach(async () => {
    expect((await engine.docker('inspect', '--format', '{{.State.Status}}', 'server')).trim()).toBe('running');
    expect(readdirSync(bench.path('holdfast/holds'))).toEqual([]);
    expect(readdirSync(bench.path('holdfast/turns/main'))).toEqual([]);
  });

  test.each([
    ['the repository', 'repo', ['size=14m'], 'RESTIC_DISK_FULL'],
    ['what is staged', 'holdfast/staging', FULL, 'FILE_NOT_WRITTEN'],
    ['the journal of holds', 'holdfast/holds', FULL, 'FILE_NOT_WRITTEN'],
    ['the turns', 'holdfast/turns', FULL, 'FILE_NOT_WRITTEN'],
  ])(
    'a disk that is full under %s ends a snapshot with a code, and nothing is held',
    async (_, name, options, code) => {
      await engine.docker('exec', 'server', 'sh', '-c', 'head -c 12000000 /dev/urandom >/data/more');
      const ran = await onSmallDisk(bench.path(name), options, 'volume', 'snapshot', 'db');
      expect(ran.code, ran.stderr).toBe(1);
      expect(ran.stderr).toContain(`[${code}]`);
    },
  );

  test('a disk that is full under the record ends it before anything is held', async () => {
    const ran = await onSmallDisk(bench.path('holdfast'), ['size=1m', 'ballast'], 'volume', 'snapshot', 'db');
    expect(ran.code, ran.stderr).toBe(1);
    expect(ran.stderr).toMatch(/\[DATABASE_(?:FULL|IO)\]/);
  });

  test('a disk that is full under the cache ends nothing', async () => {
    const ran = await onSmallDisk(bench.path('cache'), FULL, 'volume', 'snapshot', 'db', '--format', 'json');
    expect(ran.code, ran.stderr).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ complete: true });
  });

  test('a disk that is full under what is restored leaves nothing half there', async () => {
    const directory = bench.path('target');
    const to = ['volume', 'restore', 'latest', '--volume', 'db', '--target', join(directory, 'new')];
    const ran = await onSmallDisk(directory, ['size=6m'], ...to);
    expect(ran.code, ran.stderr).toBe(1);
    expect(ran.stderr).toContain('[RESTIC_DISK_FULL]');
    expect(ran.stderr).toMatch(/^left: $/m);
  });

  test('after all of these, the volume is kept and comes back', async () => {
    const failed = JSON.parse(await ok('log', '--type', 'snapshot.failed', '--format', 'json'));
    expect(failed.length).toBeGreaterThanOrEqual(2);
    const taken: SnapshotTaken = JSON.parse(await ok('volume', 'snapshot', 'db', '--format', 'json'));
    expect(taken).toMatchObject({ complete: true, method: 'pause' });
    await ok('volume', 'restore', 'latest', '--volume', 'db', '--to', 'db2');
    const same = 'cmp /one/big /two/big && cmp /one/more /two/more';
    const volumes = ['--volume', 'db:/one:ro', '--volume', 'db2:/two:ro'];
    await engine.docker('run', '--rm', '--network', 'none', ...volumes, 'busybox', 'sh', '-c', same);
    await ok('volume', 'verify');
  });

  test('two runs of a home, and one of another home, at once: each is whole, with its own word on who wrote', async () => {
    const second = { environment: { ...environment, HOLDFAST_HOME: bench.path('second') } };
    await bench.run(['init'], second);
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await bench.run(['volume', 'repo', 'adopt', 'main', ...where], second);
    const take = ['volume', 'snapshot', 'db', '--format', 'json'];
    const ran = await Promise.all([run(...take), run(...take), bench.run(take, second)]);
    const ids: string[] = [];
    for (const { code, stdout, stderr } of ran) {
      expect(code, stderr).toBe(0);
      const taken = JSON.parse(stdout) as SnapshotTaken;
      // What another one has paused is stopped.
      expect(taken).toMatchObject({ complete: true, method: expect.stringMatching(/^(?:pause|stop)$/) });
      ids.push(taken.snapshot);
    }
    const manifest = bench.path('holdfast/staging/main/db/manifest.json');
    const started = async (id = '') =>
      JSON.parse(await ok('volume', 'browse', id, manifest, '--from-root', '--output', '-')).started as number;
    expect(await started(ids[0])).not.toBe(await started(ids[1]));
    const list: SnapshotList = JSON.parse(await ok('volume', 'snapshots', '--volume', 'db', '--format', 'json'));
    for (const [index, id] of ids.entries()) {
      const row = list.snapshots.find(({ snapshot }) => snapshot === id);
      // The record of this home knows its own.
      expect(row?.position === null).toBe(index === 2);
    }
    await ok('volume', 'verify');
  });
});
