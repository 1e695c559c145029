import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DoctorReport, doctorReportSchema } from '#api/doctor-report.ts';
import type { VolumeDoctorReport } from '#api/volume-doctor-report.ts';
import type { VolumeList } from '#api/volume-list.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { expectRefused } from '../harness/expect-ran.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';
import { TOOL_PATH } from '../harness/tool.ts';

const PG = '/var/lib/postgresql/data';
/** A server that writes what PostgreSQL would, and waits. */
const SERVER = [
  `mkdir -p ${PG}/global ${PG}/base/1`,
  `echo 16 >${PG}/PG_VERSION`,
  `echo 16 >${PG}/base/1/PG_VERSION`,
  `dd if=/dev/zero of=${PG}/base/1/1 bs=8192 count=100`,
].join(' && ');
const POSTGRES = [...BASE_LINES, `ENV PGDATA=${PG} PG_MAJOR=16`, `CMD ["sh", "-c", "${SERVER}; exec sleep 1000"]`];

needs('engine', 'busybox')('volume ls, volume doctor and doctor', () => {
  let bench: Bench;
  let engine: Engine;
  const start = (name: string, ...args: readonly string[]) =>
    engine.docker('run', '--detach', '--stop-timeout', '1', '--network', 'none', '--name', name, ...args);
  const inStack = (project: string, service: string, dependsOn = '') => [
    '--label',
    `com.docker.compose.project=${project}`,
    '--label',
    `com.docker.compose.service=${service}`,
    '--label',
    `com.docker.compose.depends_on=${dependsOn}`,
  ];

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    mkdirSync(bench.path('config'));
    writeFileSync(bench.path('config/app.conf'), 'a=b\n');
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    await buildImage(engine, 'postgres:16', [...POSTGRES, `VOLUME ${PG}`]);
    await buildImage(engine, 'team/database:1', POSTGRES);
    await buildImage(engine, 'keeper:1', [...BASE_LINES, 'VOLUME /data', 'CMD ["sleep", "1000"]']);
    // What has data and would lose it.
    await start('pg-anonymous', 'postgres:16');
    await start('pg-level-off', '--volume', 'pg-off:/var/lib/postgresql', 'postgres:16');
    await start('pg-layer', ...inStack('shop', 'db'), 'team/database:1');
    await start('short-lived', '--rm', 'keeper:1', 'sh', '-c', 'echo x >/data/x; exec sleep 1000');
    await start('pg-tmpfs', '--tmpfs', PG, 'team/database:1');
    await start(
      'sqlite',
      '--volume',
      'unused:/storage',
      'busybox',
      'sh',
      '-c',
      "mkdir /app && printf 'SQLite format 3\\0' >/app/app.db && exec sleep 1000",
    );
    await start(
      'growing',
      '--restart',
      'always',
      'busybox',
      'sh',
      '-c',
      'mkdir -p /srv/up && dd if=/dev/zero of=/srv/up/1 bs=1M count=70; exec sleep 1000',
    );
    // Two stacks and one volume.
    await start('one-web', ...inStack('one', 'web', 'db:service_started:false'), '--volume', 'both:/data', 'busybox');
    await start('one-db', ...inStack('one', 'db'), 'busybox');
    await start('two-web', ...inStack('two', 'web'), '--volume', 'both:/data', 'busybox');
    await start('socket', '--volume', '/:/host:ro', 'busybox');
    // A volume elsewhere, and stores that are named.
    await engine.docker(
      'volume',
      'create',
      '--opt',
      'type=nfs',
      '--opt',
      'o=addr=nas.example,password=hunter2',
      '--opt',
      'device=:/x',
      'far',
    );
    await engine.docker('create', '--name', 'vault', '--volume', 'far:/data', '--network', 'none', 'busybox');
    await start(
      'app',
      '--env',
      'DATABASE_URL=postgres://me:hunter2@db.example:5432/x',
      '--env',
      'REDIS_URL=redis://one-db:6379',
      'busybox',
    );
    // What is as it should be.
    await start('fine-web', '--tmpfs', '/tmp', 'busybox', 'sh', '-c', 'echo log >/var.log; exec sleep 1000');
    await start('fine-pg', '--volume', `pg:${PG}`, 'postgres:16');
    await start('fine-bind', '--volume', `${bench.path('bound')}:${PG}`, 'postgres:16');
    await start('fine-parent', '--volume', 'parent:/var/lib/postgresql', 'team/database:1');
    await start('fine-keeper', '--volume', 'kept:/data', 'keeper:1');
    await start('fine-config', '--volume', `${bench.path('config')}:/etc/app:ro`, 'busybox');
    await start('fine-cache', '--volume', 'cache:/data', 'busybox', 'redis-server', '--save', '').catch(
      () => undefined,
    );
    // All have written what they write before they sleep.
    for (const id of (await engine.docker('ps', '--quiet')).trim().split('\n')) {
      await engine.docker('exec', id, 'sh', '-c', 'until grep -q ^sleep /proc/1/cmdline; do sleep 0.1; done');
    }
  });
  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  const environment = (more: Record<string, string> = {}) => ({
    environment: { DOCKER_HOST: engine.dockerHost, ...more },
  });
  async function doctor(options: { through?: readonly string[] } = {}): Promise<VolumeDoctorReport> {
    const ran = await bench.run(['volume', 'doctor', '--format', 'json'], { ...environment(), ...options });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(ran.stdout);
  }
  const told = ({ findings }: VolumeDoctorReport) =>
    findings.map(({ severity, container, rule, path }) => `${severity} ${container} ${rule} ${path}`).sort();

  const LOSSES = [
    'high pg-anonymous anonymous-volume /var/lib/postgresql/data',
    'high pg-level-off mount-one-off /var/lib/postgresql/data',
    'high pg-layer data-on-no-mount /var/lib/postgresql/data',
    'high pg-tmpfs database-on-tmpfs /var/lib/postgresql/data',
    'high short-lived removed-with-container /data',
    'high sqlite empty-volume /storage',
    'medium growing layer-grows /srv/up',
    'medium sqlite database-in-layer /app',
    'high one-web two-stacks /data',
    'high socket sensitive-bind /host',
  ];

  test('all that would be lost is found, and nothing that is fine', async () => {
    const report = await doctor();
    expect(told(report)).toEqual([...LOSSES].sort());
    const ranks = report.findings.map(({ severity }) => ['critical', 'high', 'medium', 'low'].indexOf(severity));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(report.problems).toEqual([]);
    const states = new Map(report.coverage.map(({ subject, state }) => [subject, state]));
    expect(states.get('writable layers')).toBe('covered');
    expect(states.get('snapshots')).toBe('not-collected');
    const layer = report.findings.find(({ container }) => container === 'pg-layer');
    expect(layer).toMatchObject({ image: 'team/database:1', evidence: expect.stringContaining('819 kB') });
  });

  test('the table has every finding and fits', async () => {
    const { stdout, code, stderr } = await bench.run(['volume', 'doctor'], environment());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    expect(stdout).toContain('10 findings in');
    expect(stdout).toContain('docker stop pg-layer');
  });

  test('--fail-on', async () => {
    for (const [severity, code] of [
      ['critical', 0],
      ['high', 3],
      ['low', 3],
    ] as const) {
      expect((await bench.run(['volume', 'doctor', '--fail-on', severity], environment())).code).toBe(code);
    }
    expectRefused(await bench.run(['volume', 'doctor', '--fail-on', 'unknown'], environment()), 'USAGE', 2);
    expectRefused(await bench.run(['volume', 'doctor', '--engine', 'unix:///absent.sock']), 'ENGINE_UNREACHABLE');
    expectRefused(await bench.run(['volume', 'ls', '--engine', 'nonsense']), 'ENGINE_HOST_INVALID', 2);
  });

  test('the list names volumes, users, stacks and stores, and no secret', async () => {
    const ran = await bench.run(['volume', 'ls', '--engine', engine.dockerHost, '--format', 'json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).not.toContain('hunter2');
    const list: VolumeList = JSON.parse(ran.stdout);
    const volume = (name: string) => list.volumes.find((one) => one.name === name);
    expect(volume('both')?.usedBy.map(({ container, stack, writable }) => [container, stack, writable])).toEqual([
      ['one-web', 'one', true],
      ['two-web', 'two', true],
    ]);
    expect(volume('pg')).toMatchObject({ anonymous: false, driver: 'local', sizeExact: true, outside: [] });
    expect(volume('pg')?.sizeBytes).toBeGreaterThan(800_000);
    expect(volume('far')).toMatchObject({ network: { kind: 'nfs', host: 'nas.example' } });
    expect(list.volumes.filter(({ anonymous }) => anonymous)).toHaveLength(3);
    expect(list.stacks).toEqual([
      { name: 'one', kind: 'compose', holdOrder: ['one-web', 'one-db'] },
      { name: 'shop', kind: 'compose', holdOrder: ['pg-layer'] },
      { name: 'two', kind: 'compose', holdOrder: ['two-web'] },
    ]);
    expect(list.stores).toEqual([
      { container: 'app', kind: 'postgres', host: 'db.example', from: 'environment', where: 'DATABASE_URL' },
      { container: 'vault', kind: 'nfs', host: 'nas.example', from: 'mount', where: '/data' },
    ]);
    expect(list.binds.map(({ path }) => path)).toEqual(['/', bench.path('bound'), bench.path('config')]);
    const table = await bench.run(['volume', 'ls'], environment());
    expect(table.code).toBe(0);
    for (const line of table.stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
    expect(table.stdout).not.toContain('hunter2');
  });

  test('a user who may only talk to the engine finds the databases too', async () => {
    chmodSync(engine.socket, 0o666);
    chmodSync(dirname(engine.socket), 0o711);
    chmodSync(bench.directory, 0o755);
    const report = await doctor({ through: ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] });
    const found = told(report);
    for (const line of LOSSES) expect(found).toContain(line);
    expect(report.coverage.find(({ subject }) => subject === 'writable layers')?.reason).toContain('list of changes');
  });

  test('the fixes that are printed keep the data', async () => {
    const { findings } = await doctor();
    for (const name of ['pg-layer', 'pg-anonymous']) {
      const fix = findings.find(({ container }) => container === name)?.fix ?? '';
      const created = /volume create (\S+)/.exec(fix)?.[1] ?? '';
      await bash(fix.replaceAll('docker run', 'docker run --network none'));
      const seen = await engine.docker(
        'run',
        '--rm',
        '--network',
        'none',
        '--volume',
        `${created}:/v`,
        'busybox',
        'cat',
        '/v/base/1/PG_VERSION',
      );
      expect(seen).toBe('16\n');
    }
  });

  function bash(script: string): Promise<void> {
    return new Promise((resolve, reject) => {
      execFile(
        'sh',
        ['-ec', script],
        { env: { PATH: TOOL_PATH, DOCKER_HOST: engine.dockerHost, HOME: bench.directory } },
        (error, _, stderr) => (error === null ? resolve() : reject(new Error(stderr))),
      );
    });
  }

  async function look(...args: readonly string[]): Promise<DoctorReport> {
    const ran = await bench.run(['doctor', '--format', 'json', ...args], environment());
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const report: DoctorReport = JSON.parse(ran.stdout);
    expect(doctorReportSchema.parse(report)).toEqual(report);
    return report;
  }

  test('doctor names the open image and the data on an anonymous volume first, and changes nothing', async () => {
    await buildImage(engine, 'shop/web:1', [...BASE_LINES, 'COPY app /app', 'CMD ["sleep", "1000"]'], {
      'app/node_modules/lodash/package.json': '{"name":"lodash","version":"3.10.1"}',
    });
    await engine.docker('run', '--detach', '--name', 'web', '--publish', '18080:80', 'shop/web:1');
    const state = async () => [
      await engine.docker('ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.State}}'),
      await engine.docker('volume', 'ls'),
      (await engine.docker('images', '--all', '--no-trunc', '--quiet')).split('\n').sort().join('\n'),
    ];
    const before = await state();
    const report = await look();
    expect(await state()).toEqual(before);

    expect(report.engine).toMatchObject({ state: 'collected', product: 'docker' });
    const [first] = report.images;
    expect(first).toMatchObject({
      ...{ reference: 'shop/web:1', containers: [{ name: 'web' }], severity: 'high' },
      exposure: { ports: ['18080'], root: true, privileged: false },
      dangers: expect.arrayContaining(['open to every network at 18080', 'runs as root']),
    });
    expect(first?.steps[0]?.sentence).toContain('Upgrade lodash 3.10.1');
    // Nothing was compared of an image without packages: it is not called harmless.
    expect(report.images.find(({ reference }) => reference === 'postgres:16')?.severity).toBe('unknown');

    expect(report.tonight).toHaveLength(3);
    expect(report.tonight.map(({ about }) => about).sort()).toEqual(['container', 'data', 'image']);
    const of = (about: string) => report.tonight.find((one) => one.about === about);
    expect(of('container')).toMatchObject({ severity: 'high', title: expect.stringMatching(/^Container \w+ /) });
    expect(of('image')?.commands).toContain('holdfast check docker:shop/web:1');
    expect(of('data')?.commands.join('\n')).toContain('docker volume create');

    const lost = report.data.findings.map(({ container, rule }) => `${container} ${rule}`);
    expect(lost).toContain('pg-anonymous anonymous-volume');
    expect(lost).not.toContain('socket sensitive-bind');
    expect(report.data.unkept.map(({ volume }) => volume)).toContain('pg');
    const socket = report.containers.find(({ name }) => name === 'socket');
    expect(socket?.reasons[0]).toMatchObject({ rule: 'run/sensitive-host-path', severity: 'high' });
    expect(report.host.passed + report.host.failed.length).toBeGreaterThan(0);
    expect(report.problems).toEqual([]);
    const states = Object.fromEntries(report.looked.map(({ subject, state }) => [subject, state]));
    expect(states).toMatchObject({ images: 'covered', containers: 'covered', snapshots: 'not-collected' });
  });

  test('doctor for people fits a terminal, but for commands that are to be pasted', async () => {
    const { stdout, code, stderr } = await bench.run(['doctor'], environment());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('THREE THINGS TO DO TONIGHT');
    for (const part of ['WHAT AN ATTACKER CAN USE', 'DATA THAT WOULD BE LOST', 'HOW CONTAINERS ARE RUN', 'THE HOST'])
      expect(stdout).toContain(`\n${part}\n`);
    for (const line of stdout.split('\n').filter((one) => !one.startsWith('     ')))
      expect(line.length, line).toBeLessThanOrEqual(100);
  });

  test('doctor for scripts', async () => {
    expect((await bench.run(['doctor', '--fail-on', 'high'], environment())).code).toBe(3);
    expectRefused(await bench.run(['doctor', '--fail-on', 'low'], environment()), 'USAGE', 2);
    expectRefused(await bench.run(['doctor', '--format', 'xml'], environment()), 'USAGE', 2);
    const missing = await bench.run(['doctor', '--advisories', bench.path('absent.db')], environment());
    expectRefused(missing, 'ADVISORIES_UNREADABLE', 2);
  });

  test('two hundred volumes are listed', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    await Promise.all(
      [0, 1, 2, 3].map(async (worker) => {
        for (const name of names.filter((_, index) => index % 4 === worker))
          await engine.docker('volume', 'create', name);
      }),
    );
    const { stdout } = await bench.run(['volume', 'ls', '--format', 'json'], environment());
    const { volumes }: VolumeList = JSON.parse(stdout);
    expect(volumes.filter(({ name, sizeBytes }) => name.startsWith('many-') && sizeBytes === 0)).toHaveLength(200);
  });

  test('when nothing runs', async () => {
    const ids = (await engine.docker('ps', '--all', '--quiet')).trim().split('\n');
    await engine.docker('rm', '--force', '--volumes', ...ids);
    const ran = await bench.run(['volume', 'doctor'], environment());
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('There are no containers.') });
  });
});
