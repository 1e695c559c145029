import { chmodSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VolumeGuardReport } from '#api/volume-guard-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

/**
 * Stands for Compose, which Debian's client has not: it says what it means, and removes its containers and volumes for `down
 * --volumes`. Only what guard needs of it.
 */
const COMPOSE = `#!/bin/sh
case "$*" in
  'config --format json') echo '{"name":"shop","volumes":{"db":{"name":"shop_db"}}}' ;;
  'down --volumes') docker rm --force shop-db-1 >/dev/null && docker volume rm shop_db >/dev/null && exit 7 ;;
  *) exit 9 ;;
esac
`;

needs(
  'engine',
  'busybox',
  'restic',
)('volume guard', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const guard = (...args: readonly string[]) => run('volume', 'guard', ...args);
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stdout + ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const inVolume = (volume: string, script: string) =>
    engine.docker('run', '--rm', '--network', 'none', '--volume', `${volume}:/data`, 'busybox', 'sh', '-c', script);
  /** Runs the printed line as somebody would who pastes it. */
  const rollBack = async (stderr: string) => {
    const line = /To roll back: holdfast (.*)$/m.exec(stderr)?.[1] ?? '';
    expect(line).not.toBe('');
    await ok(...line.split(' '));
  };

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    writeFileSync(bench.path('docker-compose'), COMPOSE);
    chmodSync(bench.path('docker-compose'), 0o755);
    const path = `${bench.directory}:${process.env['PATH'] ?? ''}`;
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost, PATH: path };
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    await ok('init');
    const at = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await ok('volume', 'repo', 'init', 'main', ...at);
    await inVolume('db', 'echo rows >/data/table');
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('a volume that is removed behind guard is back with the printed line', async () => {
    const removed = await guard('--', 'docker', 'volume', 'rm', 'db');
    expect(removed, removed.stderr).toMatchObject({ code: 0, stdout: 'db\n' });
    expect(await engine.docker('volume', 'ls', '--quiet')).not.toContain('db');
    await rollBack(removed.stderr);
    expect(await inVolume('db', 'cat /data/table')).toBe('rows\n');
  });

  test('what a container does to a volume is undone in place; the exit code is the command’s', async () => {
    const script = 'echo broken >/data/table; exit 5';
    const ran = await guard(
      '--',
      'docker',
      'run',
      '--rm',
      '--network',
      'none',
      '-v',
      'db:/data',
      'busybox',
      'sh',
      '-c',
      script,
    );
    expect(ran, ran.stderr).toMatchObject({ code: 5, stderr: expect.stringContaining('--in-place') });
    expect(await inVolume('db', 'cat /data/table')).toBe('broken\n');
    await rollBack(ran.stderr);
    expect(await inVolume('db', 'cat /data/table')).toBe('rows\n');
    const log = await ok('log', '--type', 'guard.ran', '--format', 'json');
    expect(log).toContain('"docker run"');
    expect(log).not.toContain('broken');
  });

  test('a stack is kept before Compose takes it down', async () => {
    const labels = ['com.docker.compose.project=shop', 'com.docker.compose.service=db'].flatMap((one) => [
      '--label',
      one,
    ]);
    const own = ['--label', 'com.docker.compose.project=shop', '--label', 'com.docker.compose.volume=db'];
    await engine.docker('volume', 'create', ...own, 'shop_db');
    await engine.docker(
      'run',
      '--detach',
      '--network',
      'none',
      '--name',
      'shop-db-1',
      ...labels,
      '-v',
      'shop_db:/data',
      'busybox',
    );
    await engine.docker('exec', 'shop-db-1', 'sh', '-c', 'echo goods >/data/table');
    const ran = await guard('--format', 'json', '--', 'docker-compose', 'down', '--volumes');
    expect(ran, ran.stderr).toMatchObject({ code: 7 });
    const report: VolumeGuardReport = JSON.parse(ran.stdout);
    expect(report).toMatchObject({
      command: 'docker-compose down',
      targets: [{ kind: 'stack', name: 'shop' }],
      snapshots: [{ volume: 'shop_db' }],
      exitCode: 7,
      problems: [],
    });
    await ok(...report.rollback.split(' ').slice(1));
    expect(await inVolume('shop_db', 'cat /data/table')).toBe('goods\n');
    // Compose knows it again.
    expect(JSON.parse(await engine.docker('volume', 'inspect', 'shop_db'))[0].Labels).toMatchObject({
      'com.docker.compose.project': 'shop',
      'com.docker.compose.volume': 'db',
    });
  });

  test('what is not understood, or cannot be kept, is not run', async () => {
    const marker = bench.path('docker-compose');
    for (const command of [
      ['docker', 'system', 'prune', '-f'],
      ['sh', '-c', `rm ${marker}`],
      ['docker', '--odd', 'volume', 'rm', 'db'],
    ]) {
      expect(await guard('--', ...command)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('[GUARD_NOT_UNDERSTOOD]'),
      });
    }
    writeFileSync(bench.path('holdfast/keys/repositories/main'), 'another\n', { mode: 0o600 });
    const failed = await guard('--', 'docker', 'volume', 'rm', 'db');
    expect(failed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/it was not run \[RESTIC_PASSWORD_WRONG\]/),
    });
    expect(await inVolume('db', 'cat /data/table')).toBe('rows\n');
    const forced = await guard('--even-without-snapshot', '--volume', 'db', '--', 'docker', 'volume', 'rm', 'db');
    expect(forced).toMatchObject({ code: 0 });
    expect(await ok('log', '--type', 'guard.ran')).toContain('WITHOUT');
  });
});
