import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VolumeRemoved } from '#api/volume-removed-report.ts';
import type { RetentionReport } from '#api/volume-retention-report.ts';
import { fakeRepository } from '../fakes/restic-repository.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';
import { findTool } from '../harness/tool.ts';

needs(
  'engine',
  'busybox',
  'restic',
)('volume rm, and retention of stacks', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const run = (args: readonly string[], more: Record<string, string> = {}) =>
    bench.run(args, { environment: { ...environment, ...more } });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const inVolume = (volume: string, script: string) =>
    engine.docker('run', '--rm', '--network', 'none', '--volume', `${volume}:/data`, 'busybox', 'sh', '-c', script);
  const volumes = async () => (await engine.docker('volume', 'ls', '--quiet')).trim().split('\n');

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    // Older engines are known to be this machine's by a container of theirs.
    await engine.docker('create', '--name', 'idle', 'busybox');
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    writeFileSync(bench.path('password'), 'password\n', { mode: 0o600 });
    const root = bench.path('repo');
    for (const name of ['', '/locks', '/index', '/snapshots', '/data']) mkdirSync(`${root}${name}`);
    fakeRepository(root, 'password');
    await ok('init');
    await ok('volume', 'repo', 'adopt', 'main', '--location', root, '--password-file', bench.path('password'));
    await inVolume('old', 'mkdir /data/deep && echo rows >/data/deep/table');
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('a volume that a container uses stays, also when that does not run', async () => {
    await engine.docker('create', '--name', 'user', '--volume', 'old:/data', 'busybox');
    for (const more of [[], ['--dry-run']]) {
      const ran = await run(['volume', 'rm', 'old', '--repo', 'main', ...more]);
      expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/used by user \[VOLUME_IN_USE\]/) });
    }
    await engine.docker('rm', 'user');
    expect(await volumes()).toContain('old');
    expect(await ok('volume', 'snapshots', '--repo', 'main')).toBe('No snapshots.\n');
  });

  test('what is written while the snapshot is taken is not lost: the volume stays', async () => {
    const at = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'old')).trim();
    const directory = bench.path('bin');
    mkdirSync(directory);
    const late = `for word in "$@"; do [ "$word" = backup ] && echo late >>${at}/deep/table; done`;
    writeFileSync(`${directory}/restic`, `#!/bin/sh\n${findTool('restic')} "$@"\ncode=$?\n${late}\nexit $code\n`);
    chmodSync(`${directory}/restic`, 0o755);
    const path = { PATH: `${directory}${delimiter}${process.env['PATH'] ?? ''}` };
    const ran = await run(['volume', 'rm', 'old', '--repo', 'main'], path);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('[VOLUME_CHANGED]') });
    expect(await volumes()).toContain('old');
    await inVolume('old', 'echo rows >/data/deep/table');
  });

  test('a volume is deleted after a snapshot, and is back from it; only that one', async () => {
    await inVolume('old-too', 'echo other >/data/file');
    expect(await ok('volume', 'rm', 'old', '--repo', 'main', '--dry-run')).toContain('Nothing was done.');
    expect(await volumes()).toContain('old');
    const removed: VolumeRemoved = JSON.parse(await ok('volume', 'rm', 'old', '--repo', 'main', '--format', 'json'));
    expect(await volumes()).toEqual(['old-too']);
    expect(await ok('log', '--subject', 'old', '--format', 'jsonl')).toMatch(
      /snapshot\.finished[\s\S]*volume\.removal-begun[\s\S]*volume\.removed/,
    );
    await ok('volume', 'restore', removed.snapshot ?? '', '--volume', 'old', '--to', 'old', '--repo', 'main');
    expect(await inVolume('old', 'cat /data/deep/table')).toBe('rows\n');
    for (const name of ['nothing', '/srv', '../old', 'ol']) {
      expect(await run(['volume', 'rm', name, '--repo', 'main'])).toMatchObject({ code: 2 });
    }
  });

  test('a volume has the policy of its stack; when nobody knows that any more, all of it is kept', async () => {
    await engine.docker('volume', 'create', '--label', 'com.docker.compose.project=shop', 'shop-db');
    await ok('volume', 'snapshot', 'shop-db', '--repo', 'main');
    await ok('volume', 'retention', 'set', '--repo', 'main', '--stack', 'shop', '--weekly', '4');
    await ok('volume', 'retention', 'set', '--repo', 'main', '--last', '1');
    const preview = async (): Promise<RetentionReport> =>
      JSON.parse(await ok('volume', 'retention', 'preview', '--repo', 'main', '--format', 'json'));
    const policies = async () =>
      Object.fromEntries((await preview()).volumes.map(({ volume, policyOf, state }) => [volume, [policyOf, state]]));
    expect(await policies()).toEqual({ old: ['default', 'done'], 'shop-db': ['stack shop', 'done'] });
    // Nobody knows any more whose it was: then it is kept.
    await engine.docker('volume', 'rm', 'shop-db');
    expect(await policies()).toMatchObject({ 'shop-db': ['unknown', 'keeps-all'] });
  });
});
