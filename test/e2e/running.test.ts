import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScanReport } from '#api/scan-report.ts';
import { plantAdvisories } from '../fakes/planted/plant.ts';
import { type FakeRegistry, startRegistry } from '../fakes/registry.ts';
import { tarOf } from '../fakes/tar.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { expectRefused } from '../harness/expect-ran.ts';
import { type Bench, type Ran, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const OS_RELEASE = 'ID=debian\nVERSION_ID=12\nPRETTY_NAME="Debian GNU/Linux 12"\n';
const statusOf = (name: string, version: string) =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n\n`;
const ADDED = statusOf('added-below', '1.0-1');

/** Lines of a Dockerfile with one planted package. */
const LINES = [
  ...BASE_LINES,
  'COPY os-release /etc/os-release',
  'CMD ["sleep", "1000"]',
  'COPY status /var/lib/dpkg/status',
];

needs('engine', 'busybox')('what runs on a host', () => {
  let bench: Bench;
  let engine: Engine;
  let registry: FakeRegistry;

  beforeAll(async () => {
    bench = startBench();
    registry = await startRegistry();
    const built = await bench.run([
      'db',
      'build',
      '--from',
      ...plantAdvisories(bench.directory),
      '--out',
      'advisories.db',
    ]);
    expect(built.code).toBe(0);
    engine = await startEngine();
    for (const [tag, name, version] of [
      ['calm:1', 'nodsa', '1.0-1'],
      ['severe:1', 'vulnerable', '1.2-3'],
      // Of low severity, but known to be exploited.
      ['exploited:1', 'exploited', '1.0-1'],
      ['stopped:1', 'open', '1.0-1'],
    ] as const) {
      await buildImage(engine, tag, LINES, { 'os-release': OS_RELEASE, status: statusOf(name, version) });
    }
    await engine.docker('tag', 'exploited:1', 'exploited:stable');
    for (const [container, image] of [
      ['calm-a', 'calm:1'],
      ['severe-b', 'severe:1'],
      ['first-name', 'severe:1'],
      ['exploited-b', 'exploited:stable'],
      ['exploited-a', 'exploited:1'],
      ['stopped-a', 'stopped:1'],
    ] as const) {
      await engine.docker('run', '--detach', '--network', 'none', '--name', container, image);
    }
    await engine.docker('rename', 'first-name', 'severe-a');
    await engine.docker('kill', 'stopped-a');
  });
  afterAll(async () => {
    await engine?.stop();
    await registry?.close();
    bench.remove();
  });

  const run = (args: readonly string[], environment: Record<string, string> = {}): Promise<Ran> =>
    bench.run([...args, '--advisories', 'advisories.db'], {
      environment: { DOCKER_HOST: engine.dockerHost, ...environment },
    });
  async function scan(...args: readonly string[]): Promise<ScanReport> {
    const ran = await run(['scan', ...args, '--format', 'json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(ran.stdout);
  }
  const names = ({ packages }: ScanReport) => packages.map(({ name }) => name);

  test('each image once, most urgent first, with its containers by name', async () => {
    const ran = await run(['scan', '--running', '--format', 'json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const reports: readonly ScanReport[] = JSON.parse(ran.stdout);
    const told = reports.map(({ target, findings }) => ({
      reference: target.reference,
      tags: target.tags,
      containers: target.containers?.map(({ name }) => name),
      findings: findings.map(({ id }) => id),
    }));
    expect(told).toEqual([
      {
        reference: 'exploited:1',
        tags: ['exploited:1', 'exploited:stable'],
        containers: ['exploited-a', 'exploited-b'],
        findings: ['CVE-2023-10020'],
      },
      {
        reference: 'severe:1',
        tags: ['severe:1'],
        containers: ['severe-a', 'severe-b'],
        findings: ['CVE-2023-10001'],
      },
      { reference: 'calm:1', tags: ['calm:1'], containers: ['calm-a'], findings: ['CVE-2023-10015'] },
    ]);
    for (const { target } of reports) {
      expect(target).toMatchObject({ kind: 'docker', verified: 'engine', platform: expect.stringMatching(/^linux\//) });
      expect(target.imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
    }
    expect((await run(['scan', '--running', '--format', 'json'])).stdout).toBe(ran.stdout);
  });

  test('the table names the containers of each', async () => {
    const { stdout, code } = await run(['scan', '--running']);
    expect(code).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.filter((line) => /^\S+ \(docker, /.test(line)).map((line) => line.split(' ', 1)[0])).toEqual([
      'exploited:1',
      'severe:1',
      'calm:1',
    ]);
    expect(lines.filter((line) => line.startsWith('Runs as: '))).toEqual([
      'Runs as: exploited-a, exploited-b',
      'Runs as: severe-a, severe-b',
      'Runs as: calm-a',
    ]);
    expect(stdout).toContain('read in place, trusting the engine (--verify to hash)');
    expect(stdout).not.toContain('stopped');
  });

  test('--fail-on counts all of them', async () => {
    expect((await run(['scan', '--running', '--fail-on', 'critical'])).code).toBe(0);
    expect((await run(['scan', '--running', '--fail-on', 'high'])).code).toBe(3);
  });

  test('read in place and through the export, an image is the same but for the proof', async () => {
    const inPlace = await scan('docker:severe:1');
    const exported = await scan('docker:severe:1', '--verify');
    expect(inPlace.target.verified).toBe('engine');
    expect(exported.target.verified).toBe('digests');
    expect({ ...inPlace, target: { ...inPlace.target, verified: '' } }).toEqual({
      ...exported,
      target: { ...exported.target, verified: '', size: { bytes: expect.any(Number), of: 'unpacked' } },
    });
    expect(inPlace.packages).toMatchObject([
      { name: 'vulnerable', owner: 'app', layer: { instruction: expect.stringContaining('COPY') } },
    ]);
    const unverified = await scan('docker:severe:1', '--verify', '--no-cache');
    expect(unverified).toEqual(exported);
  });

  test('a container is its image and what it wrote since', async () => {
    expect(names(await scan('container:severe-a'))).toEqual(['vulnerable']);
    const file = '/srv/node_modules/nested/package.json';
    const write = `mkdir -p /srv/node_modules/nested && echo '{"name":"nested","version":"4.17.15"}' >${file}`;
    await engine.docker('exec', 'severe-a', 'sh', '-c', write);
    await engine.docker(
      'exec',
      'severe-a',
      'sh',
      '-c',
      `printf '%b' '${ADDED.replaceAll('\n', '\\n')}' >>/var/lib/dpkg/status`,
    );
    const inPlace = await scan('container:severe-a');
    const exported = await scan('container:severe-a', '--verify');
    expect(inPlace.target).toMatchObject({ kind: 'container', reference: 'severe-a (severe:1)', verified: 'engine' });
    for (const report of [inPlace, exported]) {
      expect(names(report)).toEqual(['added-below', 'vulnerable', 'nested']);
      expect(report.findings.map(({ id }) => id)).toEqual(['CVE-2023-10001', 'CVE-2023-30001']);
    }
    const layers = inPlace.packages.map(({ name, layer }) => [name, layer?.index]);
    const [[, added], [, before], [, nested]] = layers as [[string, number], [string, number], [string, number]];
    expect(nested).toBe(added);
    expect(added).toBeGreaterThan(before);
    // Its image has none of it, nor has another container of the same image.
    expect(names(await scan('docker:severe:1'))).toEqual(['vulnerable']);
    expect(names(await scan('container:severe-b'))).toEqual(['vulnerable']);
  });

  test('a word is an image of the engine if it has one, else of the registry', async () => {
    expect((await scan('severe:1')).target).toMatchObject({ kind: 'docker', reference: 'severe:1' });
    const layer = tarOf([
      { name: 'etc/os-release', body: OS_RELEASE },
      { name: 'var/lib/dpkg/status', body: statusOf('open', '1.0-1') },
    ]);
    registry.image('1', [layer], { architecture: process.arch === 'x64' ? 'amd64' : process.arch });
    const reference = `${registry.host}/team/app:1`;
    const pulled = await scan(reference);
    expect(pulled.target).toMatchObject({ kind: 'registry', reference, verified: 'digests' });
    expect(names(pulled)).toEqual(['open']);
    await engine.docker('tag', 'severe:1', reference);
    expect((await scan(reference)).target).toMatchObject({ kind: 'docker', reference });
    expect((await scan(`registry:${reference}`)).target.kind).toBe('registry');
    const alone = await run(['scan', reference, '--format', 'json'], { DOCKER_HOST: `unix://${bench.directory}/none` });
    expect(JSON.parse(alone.stdout).target.kind).toBe('registry');
  });

  test('what the engine does not have is an error that says so', async () => {
    expectRefused(await run(['scan', 'docker:absent:1']), 'ENGINE_IMAGE_NOT_FOUND');
    expectRefused(await run(['scan', 'container:absent']), 'ENGINE_CONTAINER_NOT_FOUND');
    expectRefused(await run(['scan', 'container:../etc']), 'CONTAINER_INVALID', 2);
    expectRefused(await run(['scan', 'docker:severe:1', '--platform', 'linux/s390x']), 'PLATFORM_NOT_FOUND');
    const gone = { DOCKER_HOST: 'tcp://127.0.0.1:1' };
    for (const target of ['--running', 'docker:severe:1', 'container:severe-a']) {
      expectRefused(await run(['scan', target], gone), 'ENGINE_UNREACHABLE');
    }
  });

  test('check judges how it is run and what it keeps, as far as policies ask', async () => {
    const rules = [
      '  - { rule: workload, atLeast: low, only: [run/capabilities-added] }',
      '  - { rule: snapshot-age, hours: 24 }',
      '  - { rule: snapshot-schedule, mode: warn }',
    ];
    const policy = (name: string, lines: readonly string[]) => {
      const head = 'apiVersion: holdfast/v1\nkind: Policy\nname: run\nrules:\n';
      writeFileSync(bench.path(name), `${head}${lines.join('\n')}\n`);
      return name;
    };
    await engine.docker('volume', 'create', 'site');
    const mounted = ['--volume', 'site:/srv', '--cap-add', 'SYS_ADMIN'];
    await engine.docker('run', '--detach', '--network', 'none', '--name', 'risky', ...mounted, 'calm:1');
    const check = (file: string, ...args: readonly string[]) => run(['check', '--running', '--policy', file, ...args]);
    const typo = await check(policy('typo.yaml', ['  - { rule: workload, atLeast: low, only: [run/privilegd] }']));
    expect(typo.stderr).toContain(
      'typo.yaml:5:44: There is no rule "run/privilegd" about running. Did you mean run/privileged?',
    );
    // Without a home nobody knows what is kept: that is refused; how it is run is not.
    const refused = await check(policy('run.yaml', rules));
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('needs data') });
    const how = await check(policy('how.yaml', rules.slice(0, 1)), '--format', 'json');
    expect(how).toMatchObject({ code: 3, stderr: '' });
    const ran = await check('run.yaml', '--record', '--format', 'json');
    expect(ran).toMatchObject({ code: 3, stderr: '' });
    const [worst, ...rest] = JSON.parse(ran.stdout);
    expect(worst.target.containers.map(({ name }: { name: string }) => name)).toEqual(['calm-a', 'risky']);
    const told = (reasons: readonly { rule: string; positions: readonly object[] }[]) =>
      reasons.map(({ rule, positions }) => [rule, ...positions]);
    expect(told(worst.reasons)).toEqual([
      ['workload', { kind: 'workload', workload: 'container/risky' }],
      ['snapshot-age'],
    ]);
    expect(told(worst.warnings)).toEqual([['snapshot-schedule']]);
    expect(rest.map(({ decision }: { decision: string }) => decision)).toEqual(['allow', 'allow']);
    // That is no verdict over the image alone.
    const log = await bench.run(['log', '--format', 'json', '--type', 'verdict.reached']);
    expect(log.stdout).toContain('"subject": "workload"');
  });

  test('nothing that runs is no failure', async () => {
    const ids = (await engine.docker('ps', '--quiet')).trim().split('\n');
    expect(ids).toHaveLength(6);
    await engine.docker('kill', ...ids);
    expect(await run(['scan', '--running'])).toMatchObject({ code: 0, stdout: 'Nothing runs.\n', stderr: '' });
    expect(await run(['scan', '--running', '--format', 'json'])).toMatchObject({ code: 0, stdout: '[]\n' });
  });
});
