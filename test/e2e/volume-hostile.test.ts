import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StackRestoredReport } from '#api/volume-stack-report.ts';
import { type FakeRepository, fakeRepository, fakeTree, sha256 } from '../fakes/restic-repository.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const PASSWORD = 'known to whoever writes into it';
const A = Buffer.from('planted');
const BELL = '\x1b]0;owned\x07';
const node = (more: object) => ({ mode: 0o644, uid: 0, gid: 0, mtime: '2020-02-02T02:02:02Z', ...more });
const file = (name: string) => node({ name, type: 'file', size: A.length, content: [sha256(A)] });
const dir = (name: string, tree: Buffer, mode = 0o755) =>
  node({ name, type: 'dir', mode: 0x80000000 + mode, subtree: sha256(tree) });
const link = (name: string, linktarget: string) => node({ name, type: 'symlink', linktarget });

/** A repository that somebody with its password has written by hand, and another host than the one it is said to be of. */
needs(
  'engine',
  'busybox',
  'restic',
)('a repository that is not to be trusted', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  let fake: FakeRepository;
  let outside = '';
  const run = (...args: readonly string[]) => bench.run(['volume', ...args, '--repo', 'main'], { environment });

  /** Trees from the innermost to the snapshot's root. */
  function snapshot(fields: object, ...trees: readonly Buffer[]): string {
    fake.pack([{ type: 'data', bytes: A }]);
    fake.pack(trees.map((bytes) => ({ type: 'tree', bytes })));
    fake.index();
    const host = { hostname: 'elsewhere', username: 'root', program_version: 'restic 0.14.0' };
    return fake.snapshot(sha256(trees.at(-1) ?? A), { ...host, ...fields });
  }

  /** With directories around them, so that they lie at an absolute path. */
  function at(path: string, ...trees: readonly Buffer[]): readonly Buffer[] {
    const names = path.split('/').filter((name) => name !== '');
    const all = [...trees];
    for (const name of names.reverse()) all.push(fakeTree([dir(name, all.at(-1) ?? A)]));
    return all;
  }

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    writeFileSync(bench.path('password'), `${PASSWORD}\n`, { mode: 0o600 });
    outside = bench.path('outside');
    mkdirSync(join(outside, 'etc'), { recursive: true });
    writeFileSync(join(outside, 'etc/shadow'), 'of the host', { mode: 0o600 });
    mkdirSync(bench.path('repo'));
    fake = fakeRepository(bench.path('repo'), PASSWORD);
    mkdirSync(bench.path('repo/locks'));
    snapshot({ tags: ['holdfast', 'volume=first'], paths: ['/data'] }, ...at('/data', fakeTree([file('f')])));
    expect(await bench.run(['init'], { environment })).toMatchObject({ code: 0 });
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    const adopted = await bench.run(['volume', 'repo', 'adopt', 'main', ...where], { environment });
    expect(adopted, adopted.stderr).toMatchObject({ code: 0 });
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('a path that leads out of the snapshot moves nothing of this host', async () => {
    const up = `/${'../'.repeat(30)}${outside.slice(1)}/etc`;
    const id = snapshot({ tags: ['holdfast', 'volume=up'], paths: [up] }, fakeTree([file('f')]));
    for (const where of [
      ['--to', 'up'],
      ['--target', bench.path('up')],
    ]) {
      const ran = await run('restore', id, '--volume', 'up', ...where);
      expect(ran, ran.stderr).toMatchObject({ code: 1, stderr: expect.stringContaining('[SNAPSHOT_PATH_REFUSED]') });
    }
    expect(readFileSync(join(outside, 'etc/shadow'), 'utf8')).toBe('of the host');
    expect(existsSync(bench.path('up'))).toBe(false);
  });

  test('a link in the place of the data becomes neither a directory nor a volume', async () => {
    const root = at('/srv', fakeTree([link('data', join(outside, 'etc'))]));
    const id = snapshot({ tags: ['holdfast', 'volume=linked'], paths: ['/srv/data'] }, ...root);
    await engine.docker('volume', 'create', 'linked');
    for (const where of [['--target', bench.path('linked')], ['--in-place']]) {
      const ran = await run('restore', id, '--volume', 'linked', ...where);
      expect(ran, ran.stderr).toMatchObject({ code: 1, stderr: expect.stringContaining('[SNAPSHOT_KIND_REFUSED]') });
    }
    const place = (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', 'linked')).trim();
    expect(statSync(place).isDirectory()).toBe(true);
    expect(readdirSync(dirname(place))).toEqual(['_data']);
  });

  test('nothing is written, or made readable, through a link that has the name of a directory', async () => {
    const inner = fakeTree([file('planted')]);
    const none = fakeTree([]);
    const [etc, shadow] = [join(outside, 'etc'), join(outside, 'etc/shadow')];
    const nodes = [link('a', etc), dir('a', inner, 0o777), dir('b', none, 0o777), link('b', shadow)];
    const data = fakeTree([...nodes, link('c', shadow), file('c')]);
    const id = snapshot({ tags: ['holdfast', 'volume=twice'], paths: ['/data'] }, inner, none, ...at('/data', data));
    const ran = await run('restore', id, '--volume', 'twice', '--target', bench.path('twice'));
    expect(ran, ran.stderr).toMatchObject({ code: 1, stderr: expect.stringContaining('[SNAPSHOT_MADE_UP]') });
    expect(existsSync(bench.path('twice'))).toBe(false);
    const left = await run('restore', id, '--volume', 'twice', '--target', bench.path('left'), '--what-is-left');
    expect(left, left.stderr).toMatchObject({ code: 3 });
    expect(readdirSync(bench.path('left')).sort()).toEqual(['a', 'b', 'c']);
    expect(readdirSync(etc)).toEqual(['shadow']);
    expect([etc, shadow].map((path) => statSync(path).mode & 0o777)).toEqual([0o755, 0o600]);
    expect(readFileSync(shadow, 'utf8')).toBe('of the host');
  });

  test('a stack that asks for the host is shown, and restored only when whoever wrote it is trusted', async () => {
    const definition = {
      ...{ holdfast: 'stack', version: 1, stack: 'evil', kind: 'compose', at: '2026-01-01T00:00:00.000Z' },
      engine: { product: 'docker', version: '28' },
      ...{ parts: [], networks: [], leftOut: [] },
      containers: [
        {
          ...{ name: 'evil-web-1', image: 'busybox', digests: [], running: true, endpoints: {}, binds: [outside] },
          imageId: (await engine.docker('inspect', '--format', '{{.Id}}', 'busybox')).trim(),
          create: {
            Cmd: ['sleep', '1000'],
            HostConfig: { privileged: true, NetworkMode: 'none', Binds: [`${outside}:/host`] },
          },
        },
      ],
    };
    const bytes = Buffer.from(JSON.stringify(definition));
    fake.pack([{ type: 'data', bytes }]);
    const tree = fakeTree([node({ name: 'stack.json', type: 'file', size: bytes.length, content: [sha256(bytes)] })]);
    snapshot({ tags: ['holdfast', 'stack=evil'], paths: ['/stack.json'] }, tree);
    const refused = await run('restore', '--stack', 'evil', '--start', '--format', 'json');
    expect(refused, refused.stderr).toMatchObject({ code: 3 });
    const report = JSON.parse(refused.stdout) as StackRestoredReport;
    expect(report).toMatchObject({ done: false, containers: [{ did: 'none' }] });
    expect(report.powers.map(({ what }) => what).join('\n')).toMatch(/privileged[\s\S]*\/host of this host/);
    expect(await engine.docker('ps', '--all', '--quiet')).toBe('');
    const shown = await run('restore', '--stack', 'evil', '--start');
    expect(shown.stdout).toMatch(/It would:\n {2}let evil-web-1[\s\S]*--trust-definition/);
    const trusted = await run('restore', '--stack', 'evil', '--trust-definition');
    expect(trusted, trusted.stderr).toMatchObject({ code: 0 });
    await engine.docker('rm', '--force', 'evil-web-1');
  });

  test('what a snapshot says of itself reaches no terminal as it is', async () => {
    const tags = ['holdfast', `volume=v${BELL}`, `other${BELL}`];
    const data = fakeTree([node({ name: 'a\\x1b]0;owned\\a', type: 'file', size: 0, content: [] })]);
    const id = snapshot({ tags, hostname: `h${BELL}`, paths: [`/data${BELL}`] }, ...at('/data', data));
    for (const args of [['snapshots'], ['show', id], ['browse', id]]) {
      const ran = await run(...args);
      expect(`${args[0]} ${ran.stdout}${ran.stderr}`).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
      expect(`${ran.stdout}${ran.stderr}`).not.toContain('INTERNAL');
    }
  });
});
