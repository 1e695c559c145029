import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SnapshotList, SnapshotsTaken, SnapshotTaken } from '#api/volume-snapshot-report.ts';
import type { StackRestoredReport } from '#api/volume-stack-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const STACK = ['--label', 'com.docker.compose.project=shop', '--label'];
/** Writes one number to both of its mounts, one after the other. */
const BOTH =
  'i=0; while true; do i=$((i+1)); echo $i >/a/.t; mv /a/.t /a/n; echo $i >/b/.t; mv /b/.t /b/n; sleep 0.01; done';

needs(
  'engine',
  'busybox',
  'restic',
)('volume snapshot of stacks, directories and everything', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const snapshot = (...args: readonly string[]) =>
    bench.run(['volume', 'snapshot', ...args, '--repo', 'main', '--format', 'json'], { environment });
  const taken = async <T>(...args: readonly string[]): Promise<T> => {
    const ran = await snapshot(...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return JSON.parse(ran.stdout) as T;
  };
  const start = (name: string, ...args: readonly string[]) =>
    engine.docker('run', '--detach', '--network', 'none', '--stop-timeout', '1', '--name', name, ...args);
  const inVolume = (volume: string, script: string) =>
    engine.docker('run', '--rm', '--network', 'none', '--volume', `${volume}:/v`, 'busybox', 'sh', '-c', script);
  const restore = async (volume: string, to: string) => {
    const args = ['volume', 'restore', 'latest', '--volume', volume, '--to', to, '--repo', 'main'];
    expect(await bench.run(args, { environment })).toMatchObject({ code: 0 });
  };

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    mkdirSync(bench.path('uploads'));
    mkdirSync(bench.path('settings'));
    writeFileSync(bench.path('uploads', 'picture'), 'of somebody');
    expect(await bench.run(['init'], { environment })).toMatchObject({ code: 0 });
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    expect(await bench.run(['volume', 'repo', 'init', 'main', ...where], { environment })).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('a stack is taken in one hold: its volumes are of the same moment', async () => {
    await start(
      'shop-db-1',
      ...STACK,
      'com.docker.compose.service=db',
      '--env',
      'PASSWORD=of-the-shop',
      '--volume',
      'shop_a:/a',
      '--volume',
      'shop_b:/b',
      'busybox',
      'sh',
      '-c',
      BOTH,
    );
    await engine.docker('network', 'create', 'shop_default');
    await engine.docker(
      ...['run', '--detach', '--network', 'shop_default', '--network-alias', 'shop', '--name', 'shop-web-1'],
      ...STACK,
      'com.docker.compose.service=web',
      '--label',
      'com.docker.compose.depends_on=db:service_started:false',
      '--volume',
      `${bench.path('uploads')}:/up`,
      '--volume',
      '/var/run:/run/host',
      '--volume',
      `${bench.path('settings')}:/settings:ro`,
      'busybox',
    );
    const { stacks, snapshots, failed } = await taken<SnapshotsTaken>('--stack', 'shop');
    expect([snapshots, failed]).toEqual([[], []]);
    expect(stacks).toMatchObject([{ stack: 'shop', method: 'pause', containers: 2, complete: true }]);
    const [stack] = stacks;
    expect(stack?.parts.map(({ volume }) => volume)).toEqual(['shop_a', 'shop_b', bench.path('uploads')]);
    expect(stack?.parts[0]?.writers).toMatchObject([{ name: 'shop-db-1' }]);
    expect(stack?.problems).toMatchObject([{ code: 'SNAPSHOT_BIND_LEFT_OUT' }]);
    await restore('shop_a', 'copy_a');
    await restore('shop_b', 'copy_b');
    const [a, b] = [Number(await inVolume('copy_a', 'cat /v/n')), Number(await inVolume('copy_b', 'cat /v/n'))];
    expect([a, a - 1]).toContain(b);
    expect(await engine.docker('ps', '--format', '{{.Names}} {{.Status}}')).not.toContain('Paused');
    // The values of its environment are in the repository alone, which is encrypted.
    expect(readFileSync(bench.path('holdfast', 'ledger.db')).includes('of-the-shop')).toBe(false);
  });

  test('a directory of the host is taken like a volume, by whom it is written, too', async () => {
    const one = await taken<SnapshotTaken>('--bind', bench.path('uploads'));
    expect(one).toMatchObject({ volume: bench.path('uploads'), method: 'pause', writers: [{ name: 'shop-web-1' }] });
    const { stdout } = await bench.run(['volume', 'snapshots', '--repo', 'main', '--format', 'json'], { environment });
    const list = JSON.parse(stdout) as SnapshotList;
    expect(list.missing).toEqual([]);
    expect(list.snapshots.map(({ volume, stack }) => volume ?? `stack ${stack}`).sort()).toEqual(
      [bench.path('uploads'), bench.path('uploads'), 'shop_a', 'shop_b', 'stack shop'].sort(),
    );
    expect(await bench.run(['volume', 'verify', '--repo', 'main'], { environment })).toMatchObject({ code: 0 });
  });

  test('--all is every stack and then every other volume; what fails ends nothing, and is exit code 1', async () => {
    await start('broken', '--label', 'holdfast.volume.method=never', '--volume', 'broken:/v', 'busybox');
    const ran = await snapshot('--all');
    expect(ran.code).toBe(1);
    const { stacks, snapshots, failed } = JSON.parse(ran.stdout) as SnapshotsTaken;
    expect(stacks).toMatchObject([{ stack: 'shop', complete: true }]);
    expect(snapshots.map(({ volume, method }) => [volume, method])).toEqual([
      ['copy_a', 'still'],
      ['copy_b', 'still'],
    ]);
    expect(failed).toMatchObject([{ kind: 'target', name: 'broken', code: 'VOLUME_PLAN_INVALID' }]);
    await engine.docker('rm', '--force', 'broken', 'shop-db-1', 'shop-web-1');
  });

  test('a stack that is gone is back, with its network, of the same image; what is missing is told before anything is done', async () => {
    const back = (...args: readonly string[]) =>
      bench.run(['volume', 'restore', '--stack', 'shop', '--repo', 'main', '--format', 'json', ...args], {
        environment,
      });
    expect(await back()).toMatchObject({ code: 2, stderr: expect.stringContaining('[STACK_EXISTS]') });
    await engine.docker('volume', 'rm', 'shop_a', 'shop_b');
    await engine.docker('network', 'rm', 'shop_default');
    renameSync(bench.path('uploads'), bench.path('gone'));
    renameSync(bench.path('settings'), bench.path('elsewhere'));
    const refused = await back();
    const report = JSON.parse(refused.stdout) as StackRestoredReport;
    expect(refused.code).toBe(1);
    expect(report).toMatchObject({
      done: false,
      missing: [{ container: 'shop-web-1', what: 'file', name: bench.path('settings') }],
    });
    expect(await engine.docker('volume', 'ls', '--quiet')).not.toContain('shop_');

    renameSync(bench.path('elsewhere'), bench.path('settings'));
    const { code, stdout, stderr } = await back('--start');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      networks: [{ name: 'shop_default', made: true }],
      containers: [
        { name: 'shop-db-1', did: 'started' },
        { name: 'shop-web-1', did: 'started' },
      ],
    });
    const inspect = (format: string, name: string) => engine.docker('inspect', '--format', format, name);
    expect(await inspect('{{.Config.Env}}', 'shop-db-1')).toContain('PASSWORD=of-the-shop');
    expect(await inspect('{{.Image}}', 'shop-db-1')).toBe(await inspect('{{.Id}}', 'busybox'));
    expect(await inspect('{{json .NetworkSettings.Networks.shop_default.Aliases}}', 'shop-web-1')).toContain('"shop"');
    expect(Number(await engine.docker('exec', 'shop-db-1', 'cat', '/b/n'))).toBeGreaterThan(0);
    expect(readFileSync(bench.path('uploads', 'picture'), 'utf8')).toBe('of somebody');
    expect((await bench.run(['log', '--subject', 'shop'], { environment })).stdout).toMatch(
      /stack\.snapshot[\s\S]*stack\.restored/,
    );
    await engine.docker('rm', '--force', 'shop-db-1', 'shop-web-1');
  });

  test('commands of labels are run before, and after in every case', async () => {
    const labels = (before: string) => [
      '--label',
      `holdfast.volume.before=${before}`,
      '--label',
      'holdfast.volume.after=echo after >>/v/log',
    ];
    await start('good', ...labels('echo before >>/v/log'), '--volume', 'good:/v', 'busybox');
    expect(await taken<SnapshotTaken>('good')).toMatchObject({ complete: true, problems: [] });
    expect(await inVolume('good', 'cat /v/log')).toBe('before\nafter\n');

    await start('bad', ...labels('echo no room >&2; exit 7'), '--volume', 'bad:/v', 'busybox');
    const ran = await snapshot('bad');
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/ended with 7 \[SNAPSHOT_COMMAND_FAILED\]\n.*no room/),
    });
    expect(await inVolume('bad', 'cat /v/log')).toBe('after\n');
    await engine.docker('rm', '--force', 'bad');
    await start(
      'bad',
      ...labels('exit 7'),
      '--label',
      'holdfast.volume.before-may-fail=true',
      '--volume',
      'bad:/v',
      'busybox',
    );
    expect(await taken<SnapshotTaken>('bad')).toMatchObject({ problems: [{ code: 'SNAPSHOT_COMMAND_FAILED' }] });
  });

  test('a run that is killed owes the commands after: the next one runs them', async () => {
    const labels = [
      '--label',
      'holdfast.volume.before=echo before >/v/log; sleep 100',
      '--label',
      'holdfast.volume.after=echo after >>/v/log',
    ];
    await start('slow', ...labels, '--volume', 'slow:/v', 'busybox');
    const log = async () => engine.docker('exec', 'slow', 'sh', '-c', 'cat /v/log 2>/dev/null || true');
    const run = spawn(process.execPath, ['dist/main.js', 'volume', 'snapshot', 'slow', '--repo', 'main'], {
      env: { ...environment, PATH: process.env['PATH'], HOME: bench.path('home') },
      stdio: 'ignore',
    });
    while (!(await log()).includes('before')) await sleep(50);
    run.kill('SIGKILL');
    await once(run, 'exit');
    const { code, stdout } = await bench.run(['volume', 'reconcile'], { environment });
    expect([code, stdout]).toEqual([0, 'slow: the command of holdfast.volume.after was run\n']);
    expect(await log()).toBe('before\nafter\n');
    expect((await bench.run(['volume', 'reconcile'], { environment })).stdout).toBe('Nothing is held.\n');
    expect(existsSync(bench.path('holdfast', 'commands', 'lock'))).toBe(false);
  });

  test('refusals say what to do', async () => {
    for (const [args, code] of [
      [[], 'USAGE'],
      [['shop_a', '--all'], 'USAGE'],
      [['--bind', 'uploads'], 'USAGE'],
      [['--bind', '/etc'], 'BIND_UNSUITABLE'],
      [['--stack', 'stop'], 'STACK_UNKNOWN'],
    ] as const) {
      expect(await snapshot(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(`[${code}]`) });
    }
  });
});
