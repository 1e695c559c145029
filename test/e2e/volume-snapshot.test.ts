import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SnapshotList, SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

/** Writes the same number to sixteen files, one after the other, over and over: a copy that was not held mixes many steps. */
const STEPS = [
  'i=0; while true; do i=$((i+1));',
  'for n in a1 a2 a3 a4 a5 a6 a7 a8 b1 b2 b3 b4 b5 b6 b7 b8; do echo $i >/data/.t && mv /data/.t /data/$n; done; done',
].join(' ');

needs(
  'engine',
  'busybox',
  'restic',
)('volume snapshot, snapshots, restore and verify', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const inVolume = (volume: string, script: string) =>
    engine.docker('run', '--rm', '--network', 'none', '--volume', `${volume}:/data`, 'busybox', 'sh', '-c', script);

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
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
    await inVolume(
      'db',
      'mkdir -p /data/deep && echo rows >/data/deep/table && ln -s deep/table /data/link && chmod 750 /data',
    );
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('a volume that is destroyed is back, in a new volume, as it was', async () => {
    await engine.docker('run', '--detach', '--network', 'none', '--name', 'server', '--volume', 'db:/data', 'busybox');
    const taken: SnapshotTaken = JSON.parse(await ok('volume', 'snapshot', 'db', '--repo', 'main', '--format', 'json'));
    expect(taken).toMatchObject({ volume: 'db', method: 'pause', complete: true, dumps: [], writersComplete: false });
    expect(taken.writers).toMatchObject([{ name: 'server', image: 'busybox', state: 'running' }]);
    expect(await engine.docker('inspect', '--format', '{{.State.Status}}', 'server')).toContain('running');

    await engine.docker('rm', '--force', 'server');
    await engine.docker('volume', 'rm', 'db');
    await ok('volume', 'restore', 'latest', '--volume', 'db', '--to', 'db2', '--repo', 'main');
    const shown = await inVolume('db2', 'cat /data/link; stat -c %a /data; ls -A /data');
    expect(shown).toBe('rows\n750\ndeep\nlink\n');
    // No container is left that could show whose directories they are.
    expect(await engine.docker('ps', '--all', '--quiet')).toBe('');
    const still: SnapshotTaken = JSON.parse(
      await ok('volume', 'snapshot', 'db2', '--repo', 'main', '--format', 'json'),
    );
    expect(still).toMatchObject({ volume: 'db2', method: 'still', complete: true, writers: [] });

    const again = await run('volume', 'restore', 'latest', '--volume', 'db', '--to', 'db2', '--repo', 'main');
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('[VOLUME_EXISTS]') });
    expect(await ok('log', '--subject', 'db')).toMatch(
      /snapshot\.started[\s\S]*snapshot\.finished[\s\S]*volume\.restored/,
    );
    const list: SnapshotList = JSON.parse(await ok('volume', 'snapshots', '--repo', 'main', '--format', 'json'));
    expect(list.snapshots).toMatchObject([
      { snapshot: taken.snapshot, volume: 'db', method: 'pause', position: 4 },
      { snapshot: still.snapshot, volume: 'db2', method: 'still' },
    ]);
    expect(list.missing).toEqual([]);
  });

  // Its volume has the name of a directory of ours.
  test('what is written meanwhile is held still: no copy has halves of a step', async () => {
    await engine.docker(
      'run',
      '--detach',
      '--stop-timeout',
      '1',
      '--network',
      'none',
      '--name',
      'busy',
      '--volume',
      'staging:/data',
      'busybox',
      'sh',
      '-c',
      STEPS,
    );
    for (let round = 1; round <= 3; round += 1) {
      await ok('volume', 'snapshot', 'staging', '--repo', 'main');
      await ok('volume', 'restore', 'latest', '--volume', 'staging', '--to', `copy${round}`, '--repo', 'main');
      // At a pause the counters of all files are of one step or two that follow each other, and in order.
      const values = (await inVolume(`copy${round}`, 'cat /data/a* /data/b*')).trim().split('\n').map(Number);
      expect(values).toHaveLength(16);
      expect(values.every((value, index) => index === 0 || value <= (values[index - 1] ?? 0))).toBe(true);
      expect((values[0] ?? 0) - (values.at(-1) ?? 0)).toBeLessThanOrEqual(1);
    }
    expect(await engine.docker('inspect', '--format', '{{.State.Status}}', 'busy')).toContain('running');
    await engine.docker('rm', '--force', 'busy');
  });

  test('the whole repository is read without restic; damage and missing snapshots end with 3', async () => {
    expect(await ok('volume', 'verify', '--independent', '--repo', 'main')).toMatch(/^Whole: 5 snapshots/);
    const snapshots = bench.path('repo/snapshots');
    const [newest = ''] = readdirSync(snapshots);
    const kept = readFileSync(join(snapshots, newest));
    writeFileSync(
      join(snapshots, newest),
      Buffer.concat([kept.subarray(0, 20), Buffer.from([1, 2, 3, 4]), kept.subarray(24)]),
    );
    const damaged = await run('volume', 'verify', '--repo', 'main');
    expect(damaged).toMatchObject({ code: 3, stdout: expect.stringContaining('DAMAGED') });
    writeFileSync(join(snapshots, newest), kept);
  });

  test('a home that is lost is back from its backup, with its repositories and their passwords', async () => {
    writeFileSync(bench.path('passphrase'), 'a long one, kept elsewhere\n', { mode: 0o600 });
    const passphrase = ['--passphrase-file', bench.path('passphrase')];
    await ok('home', 'backup', '--out', bench.path('home.age'), ...passphrase);
    rmSync(bench.path('holdfast'), { recursive: true });
    await ok('home', 'restore', bench.path('home.age'), ...passphrase);
    expect(await ok('volume', 'verify', '--repo', 'main')).toMatch(/^Whole: 5 snapshots/);
    await ok('volume', 'restore', 'latest', '--volume', 'db', '--to', 'db3', '--repo', 'main');
  });

  test('refusals say what to do', async () => {
    for (const [args, code] of [
      [['snapshot', 'nothing', '--repo', 'main'], 'VOLUME_UNKNOWN'],
      [['snapshot', 'db2', '--repo', 'other'], 'REPOSITORY_UNKNOWN'],
      [['restore', 'ffffffff', '--volume', 'db', '--to', 'db9', '--repo', 'main'], 'SNAPSHOT_UNKNOWN'],
      [['restore', 'latest', '--volume', 'db', '--to', '../x', '--repo', 'main'], 'VOLUME_NAME_INVALID'],
    ] as const) {
      expect(await run('volume', ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(`[${code}]`) });
    }
  });
});
