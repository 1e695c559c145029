import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scheduleSetSchema } from '#api/volume-schedule-report.ts';
import type { SnapshotTaken } from '#api/volume-snapshot-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Daemon, startDaemon } from '../harness/daemon.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

needs(
  'engine',
  'busybox',
  'restic',
)('volume daemon and schedule', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  let daemon: Daemon | undefined;
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const start = (...flags: readonly string[]) => {
    daemon = startDaemon({ HOME: bench.path('home'), ...environment }, ...flags);
    return daemon;
  };
  const snapshot = async (volume: string): Promise<SnapshotTaken> =>
    JSON.parse(await ok('volume', 'snapshot', volume, '--repo', 'main', '--format', 'json'));
  const inVolume = (volume: string, script: string, ...more: readonly string[]) =>
    engine.docker(
      'run',
      '--rm',
      '--network',
      'none',
      ...more,
      '--volume',
      `${volume}:/data`,
      'busybox',
      'sh',
      '-c',
      script,
    );

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    const [location, password] = [bench.path('repo'), bench.path('password')];
    await ok('init');
    await ok('volume', 'repo', 'init', 'main', '--location', location, '--password-file', password);
    await engine.docker('volume', 'create', 'old');
    // Old engines show whether their directories are this machine's by a container only.
    await engine.docker(
      'run',
      '--detach',
      '--network',
      'none',
      '--restart',
      'always',
      '--stop-timeout',
      '1',
      'busybox',
    );
  });

  afterAll(async () => {
    await daemon?.end('SIGKILL');
    await engine?.stop();
    bench?.remove();
  });

  test('a container that ran briefly between two snapshots is named, and that there was nobody else is known', async () => {
    await start().says(/Watching who may write .* from now on/);
    expect(await snapshot('old')).toMatchObject({
      writersComplete: false,
      writersUnknown: [expect.stringContaining('it is the first snapshot')],
    });
    // What was made before the observer's eyes is known from its first byte on.
    await inVolume('new', 'echo 1 >/data/x', '--name', 'maker', '--cap-add', 'NET_ADMIN', '--user', '0');
    const first = await snapshot('new');
    expect(first).toMatchObject({ writersComplete: true, writers: [{ name: 'maker', image: 'busybox' }] });
    expect(first.writers[0]).toMatchObject({
      ...{ state: 'removed', user: '0', imageId: expect.stringMatching(/^sha256:/) },
      capabilities: { privileged: false, added: [expect.stringContaining('NET_ADMIN')], dropped: [] },
    });
    await inVolume('old', 'echo 1 >/data/x', '--name', 'brief');
    await inVolume('old', 'cat /data/x', '--read-only', '--name', 'another');
    const second = await snapshot('old');
    expect(second.writersComplete, second.writersUnknown?.join()).toBe(true);
    expect(second.writers.map(({ name, state }) => `${name} ${state}`)).toEqual(['another removed']);
    expect(second.writers[0]?.alike).toBe(1);
  });

  test('another daemon is refused', async () => {
    expect(await run('volume', 'daemon')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('[DAEMON_RUNNING]'),
    });
  });

  test('killed, what it saw counts on, until somebody came and went unseen, or the engine was restarted', async () => {
    await daemon?.end('SIGKILL');
    expect(await snapshot('old')).toMatchObject({ writersComplete: true, writers: [] });
    await inVolume('old', 'echo 2 >/data/x', '--name', 'unseen');
    const doubted = await snapshot('old');
    expect(doubted).toMatchObject({ writersComplete: false, writers: [{ name: 'unseen', image: 'busybox' }] });
    expect(doubted.writers[0]).not.toHaveProperty('imageId');
    await start().says(/nothing was missed since/);
    await engine.restart('SIGTERM');
    await daemon?.says(/from now on/);
    expect(await snapshot('old')).toMatchObject({ writersComplete: false });
    const log = JSON.parse(
      `[${(await ok('log', '--subject', 'unix', '--format', 'jsonl')).trim().split('\n').join(',')}]`,
    );
    expect(log.map(({ type, data }: { type: string; data: { why?: string } }) => [type, data.why])).toEqual([
      ['observer.started', undefined],
      ['observer.ended', 'killed'],
      ['observer.started', undefined],
      ['observer.ended', 'events-lost'],
      ['observer.started', expect.any(String)],
    ]);
  });

  test('what is due is taken once, and SIGTERM leaves nothing held', async () => {
    await daemon?.end('SIGTERM');
    await engine.docker(
      'run',
      '--detach',
      '--network',
      'none',
      '--name',
      'server',
      '--volume',
      'fresh:/data',
      'busybox',
    );
    const often = ['often', '--volume', 'fresh', '--repo', 'main', '--max-age', '6', '--format', 'json'];
    const set = scheduleSetSchema.parse(JSON.parse(await ok('volume', 'schedule', 'set', ...often)));
    expect(set).toMatchObject({ name: 'often', when: { kind: 'max-age', hours: 6 } });
    expect(await ok('volume', 'schedule', 'ls')).toMatch(
      /often\s+volume fresh\s+main\s+at most 6 hours old\s+-\s+not yet/,
    );
    const running = start();
    await running.says(/Snapshot of volume fresh in main begins/);
    expect(await running.end('SIGTERM')).toBe(0);
    expect(await engine.docker('inspect', '--format', '{{.State.Status}}', 'server')).toContain('running');
    expect(await ok('volume', 'reconcile')).toContain('Nothing is held.');
    expect(await ok('log', '--subject', 'daemon')).toMatch(/daemon\.ended\s+incomplete/);
    await ok('volume', 'retention', 'set', '--repo', 'main', '--last', '1');
    expect(await ok('volume', 'daemon', '--once')).toMatch(
      /Snapshot of volume fresh in main: [0-9a-f]{8}[\s\S]*Retention in main: no snapshots were forgotten/,
    );
    expect(await ok('volume', 'daemon', '--once')).not.toContain('Snapshot of');
    const list = JSON.parse(await ok('volume', 'schedule', 'ls', '--format', 'json'));
    expect(list.schedules[0].units).toMatchObject([{ unit: 'volume:fresh', failures: 0, doneAt: expect.any(String) }]);
  });

  test('schedules travel in the backup of the home', async () => {
    writeFileSync(bench.path('passphrase'), 'a long one, kept elsewhere\n', { mode: 0o600 });
    const passphrase = ['--passphrase-file', bench.path('passphrase')];
    await ok('home', 'backup', '--out', bench.path('home.age'), ...passphrase);
    const elsewhere = { ...environment, HOLDFAST_HOME: bench.path('elsewhere') };
    const restored = await bench.run(['home', 'restore', bench.path('home.age'), ...passphrase], {
      environment: elsewhere,
    });
    expect(restored, restored.stderr).toMatchObject({ code: 0 });
    const list = await bench.run(['volume', 'schedule', 'ls'], { environment: elsewhere });
    expect(list.stdout).toMatch(/often\s+volume fresh\s+main/);
  });

  test('ls shows the newest snapshot, doctor that one is missing or too old', async () => {
    const { volumes } = JSON.parse(await ok('volume', 'ls', '--format', 'json'));
    const named = new Map(volumes.map((volume: { name: string }) => [volume.name, volume]));
    expect(named.get('fresh')).toMatchObject({ lastSnapshot: { repository: 'main' } });
    expect(named.get('old')).toMatchObject({ lastSnapshot: { repository: 'main', grownBytes: expect.any(Number) } });
    const doctor = async (year: number, ...flags: readonly string[]) => {
      const later = { ...environment, SOURCE_DATE_EPOCH: String(Date.UTC(year, 0) / 1000) };
      const ran = await bench.run(['volume', 'doctor', '--format', 'json', ...flags], { environment: later });
      const { findings, coverage } = JSON.parse(ran.stdout);
      expect(coverage).toContainEqual(expect.objectContaining({ subject: 'snapshots', state: 'covered' }));
      return findings.filter(({ rule }: { rule: string }) => rule === 'no-recent-snapshot');
    };
    expect(await doctor(new Date().getUTCFullYear() - 1)).toEqual([]);
    expect(await doctor(new Date().getUTCFullYear() + 10)).toContainEqual(
      expect.objectContaining({ severity: 'low', evidence: expect.stringContaining('volume old') }),
    );
  });
});
