import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { VolumeRestoredReport } from '#api/volume-restore-report.ts';
import type { VolumeBrowsed, VolumeShown } from '#api/volume-show-report.ts';
import type { SnapshotList } from '#api/volume-snapshot-report.ts';
import type { VolumeVerified } from '#api/volume-verify-report.ts';
import { BASE_LINES, buildImage } from '../harness/build-image.ts';
import { type Engine, startEngine } from '../harness/engine.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

/** All that a directory can hold. The last name is no UTF-8. */
const TREE = [
  'cd /data; mkdir -p deep/er odd; echo rows >deep/table; ln deep/table deep/hard; ln -s deep/table link',
  'chown 1234:4321 deep/table; chmod 4751 deep/table; mkfifo pipe; chmod 750 .; chown 77:78 .',
  "dd if=/dev/zero of=sparse bs=1 count=1 seek=4000000 2>/dev/null; echo 1 >>sparse; printf x >odd/$(printf 'f\\377\\376o')",
  'touch -d "2020-02-02 02:02:02" deep/table',
].join('; ');

/** Everything that is to come back, of a directory of this machine; times to the microsecond. */
function facts(directory: string): string {
  const list =
    'find . -printf "%P %y %m %U:%G %s %n %l %T@\\n" | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum';
  const text = execFileSync('sh', ['-c', `${list}; getfattr -d -h -m user -R .`], { cwd: directory }).toString(
    'latin1',
  );
  return text.replaceAll(/(\.\d{6})\d+$/gm, '$1');
}

needs(
  'engine',
  'busybox',
  'restic',
)('volume restore', () => {
  let bench: Bench;
  let engine: Engine;
  let environment: Record<string, string>;
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const restore = async (...args: readonly string[]): Promise<VolumeRestoredReport> =>
    JSON.parse(await ok('volume', 'restore', ...args, '--repo', 'main', '--format', 'json'));
  const snapshot = async (volume: string): Promise<string> =>
    JSON.parse(await ok('volume', 'snapshot', volume, '--repo', 'main', '--format', 'json')).snapshot;
  const inVolume = (volume: string, script: string) =>
    engine.docker('run', '--rm', '--network', 'none', '--volume', `${volume}:/data`, 'busybox', 'sh', '-c', script);
  const placeOf = async (volume: string) =>
    (await engine.docker('volume', 'inspect', '--format', '{{.Mountpoint}}', volume)).trim();
  let first = '';
  let original = '';

  beforeAll(async () => {
    bench = startBench();
    engine = await startEngine();
    await buildImage(engine, 'busybox:latest', [...BASE_LINES, 'CMD ["sleep", "1000"]']);
    environment = { HOLDFAST_HOME: bench.path('holdfast'), DOCKER_HOST: engine.dockerHost };
    writeFileSync(bench.path('password'), 'never shown to anybody\n', { mode: 0o600 });
    await ok('init');
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    await ok('volume', 'repo', 'init', 'main', ...where);
    await inVolume('db', TREE);
    execFileSync('setfattr', ['-n', 'user.colour', '-v', '0x00ff41', join(await placeOf('db'), 'deep/table')]);
    await engine.docker(
      'run',
      '--detach',
      '--stop-timeout',
      '1',
      '--network',
      'none',
      '--name',
      'server',
      '--volume',
      'db:/data',
      'busybox',
    );
    first = await snapshot('db');
    original = facts(await placeOf('db'));
  });

  afterAll(async () => {
    await engine?.stop();
    bench?.remove();
  });

  test('all that a directory can hold is back in a new volume, and in a directory', async () => {
    await ok('volume', 'restore', 'latest', '--volume', 'db', '--to', 'new', '--repo', 'main');
    expect(facts(await placeOf('new'))).toBe(original);
    const { mountpoint } = await restore('latest', '--volume', 'db', '--target', bench.path('out'));
    expect(mountpoint).toBe(bench.path('out'));
    expect(facts(bench.path('out'))).toBe(original);
    const again = await run(
      'volume',
      'restore',
      'latest',
      '--volume',
      'db',
      '--target',
      bench.path('out'),
      '--repo',
      'main',
    );
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('[RESTORE_TARGET_EXISTS]') });
  });

  test('one file comes alone; what is there is kept', async () => {
    const only = ['--volume', 'db', '--path', 'deep/table', '--repo', 'main'];
    await ok('volume', 'restore', first.slice(0, 8), ...only, '--target', bench.path('part'));
    expect(readdirSync(bench.path('part'))).toEqual(['table']);
    expect(statSync(bench.path('part/table')).mode & 0o7777).toBe(0o4751);
    const again = await run('volume', 'restore', 'latest', ...only, '--target', bench.path('part'));
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('[RESTORE_TARGET_EXISTS]') });
    const missing = await run('volume', 'restore', 'latest', ...only.with(3, 'deep/*'), '--target', bench.path('part'));
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('[SNAPSHOT_PATH_UNKNOWN]') });
    expect(readdirSync(bench.path('part'))).toEqual(['table']);
  });

  test('in place: what was there is a snapshot first, who uses it runs again and sees what is restored', async () => {
    await engine.docker('exec', 'server', 'sh', '-c', 'echo changed >/data/deep/table; echo later >/data/later');
    const changed = facts(await placeOf('db'));
    const dry = await ok('volume', 'restore', first, '--volume', 'db', '--in-place', '--dry-run', '--repo', 'main');
    expect(dry).toMatch(/Would restore[\s\S]*Would be stopped meanwhile: server/);
    expect(facts(await placeOf('db'))).toBe(changed);
    const report = await restore(first, '--volume', 'db', '--in-place');
    expect(report).toMatchObject({ place: 'in-place', restarted: ['server'], snapshot: first, lost: [], problems: [] });
    expect(facts(await placeOf('db'))).toBe(original);
    expect(await engine.docker('exec', 'server', 'cat', '/data/link')).toBe('rows\n');
    const left = readdirSync(join(await placeOf('db'), '..'));
    expect(left).toEqual(['_data']);
    await ok(
      'volume',
      'restore',
      report.safety ?? '',
      '--volume',
      'db',
      '--target',
      bench.path('before'),
      '--repo',
      'main',
    );
    expect(facts(bench.path('before'))).toBe(changed);
    const told = JSON.parse(await ok('log', '--type', 'volume.restored', '--limit', '2', '--format', 'json'));
    expect(told[0].data).toMatchObject({ volume: 'db', place: 'in-place', snapshot: first, safety: report.safety });
  });

  test('a part in place; a link that leads elsewhere is not followed', async () => {
    await engine.docker('exec', 'server', 'sh', '-c', 'rm /data/deep/table; echo other >/data/deep/hard');
    await restore(first, '--volume', 'db', '--in-place', '--path', 'deep/table');
    expect(await engine.docker('exec', 'server', 'cat', '/data/deep/table', '/data/deep/hard')).toBe('rows\nother\n');
    mkdirSync(bench.path('outside'));
    await engine.docker('exec', 'server', 'sh', '-c', `rm -r /data/deep; ln -s ${bench.path('outside')} /data/deep`);
    const ran = await run(
      'volume',
      'restore',
      first,
      '--volume',
      'db',
      '--in-place',
      '--path',
      'deep/table',
      '--repo',
      'main',
    );
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('[RESTORE_PATH_INVALID]') });
    expect(readdirSync(bench.path('outside'))).toEqual([]);
    expect(await engine.docker('inspect', '--format', '{{.State.Status}}', 'server')).toContain('running');
  });

  test('a directory of the host in place', async () => {
    const srv = bench.path('srv');
    mkdirSync(srv);
    writeFileSync(join(srv, 'page'), 'first');
    const mount = ['--network', 'none', '--stop-timeout', '1', '--volume', `${srv}:/srv:ro`];
    await engine.docker('run', '--detach', ...mount, '--name', 'reader', 'busybox');
    await ok('volume', 'snapshot', '--bind', srv, '--repo', 'main');
    writeFileSync(join(srv, 'page'), 'second');
    const report = await restore('latest', '--bind', srv, '--in-place');
    expect(report).toMatchObject({ bind: srv, volume: null, restarted: ['reader'] });
    expect(await engine.docker('exec', 'reader', 'cat', '/srv/page')).toBe('first');
    await restore(report.safety ?? '', '--bind', srv, '--path', 'page', '--target', bench.path('was'));
    expect(readFileSync(bench.path('was/page'), 'utf8')).toBe('second');
  });

  test('which snapshot: by time, by who wrote; what nobody knows is not trusted', async () => {
    const { snapshots } = JSON.parse(await ok('volume', 'snapshots', '--repo', 'main', '--format', 'json'));
    expect(snapshots[0].snapshot).toBe(first);
    const at = ['--volume', 'db', '--to', 'x1', '--dry-run'];
    expect((await restore(...at, '--at', snapshots[0].time.slice(0, 19))).snapshot).toBe(first);
    for (const [args, code] of [
      [['--last-trusted'], 'SNAPSHOT_NOT_TRUSTED'],
      [['--before-image', `sha256:${'0'.repeat(64)}`], 'IMAGE_NO_WRITER'],
    ] as const) {
      const ran = await run('volume', 'restore', ...at, ...args, '--repo', 'main');
      expect(ran.stderr).toContain(`[${code}]`);
    }
  });

  test('show tells who wrote and why it is not trusted; browse lists and streams, also odd names and the manifest', async () => {
    const shown: VolumeShown = JSON.parse(await ok('volume', 'show', first, '--repo', 'main', '--format', 'json'));
    expect(shown).toMatchObject({ snapshot: first, volume: 'db', told: 'record', method: 'pause', complete: true });
    expect(shown).toMatchObject({ trusted: false, writersComplete: false, why: expect.stringContaining('not known') });
    expect(shown.writers).toMatchObject([{ name: 'server', judgement: 'unknown', reason: expect.any(String) }]);
    expect(await ok('volume', 'show', first, '--repo', 'main')).toMatch(/Trusted {5}no: /);
    const list = await ok('volume', 'browse', first, '--repo', 'main');
    expect(list).toMatch(/0755 0:0[^\n]* deep\/\n[\s\S]*link -> deep\/table\n[\s\S]*pipe \(fifo\)/);
    expect(await ok('volume', 'browse', first, 'deep/table', '--output', '-', '--repo', 'main')).toBe('rows\n');
    const odd = ['volume', 'browse', first, 'odd/f\\xff\\xfeo', '--output', bench.path('odd'), '--repo', 'main'];
    await ok(...odd);
    expect(readFileSync(bench.path('odd'), 'utf8')).toBe('x');
    const all = ['volume', 'browse', first, '--from-root', '--recursive', '--repo', 'main', '--format', 'json'];
    const browsed: VolumeBrowsed = JSON.parse(await ok(...all));
    expect(browsed).toMatchObject({ reader: 'own', problems: [] });
    const manifest = browsed.entries.find(({ path }) => path.endsWith('/main/db/manifest.json'))?.path ?? '';
    const text = await ok('volume', 'browse', first, manifest, '--from-root', '--output', '-', '--repo', 'main');
    expect(JSON.parse(text)).toMatchObject({ volume: 'db', writers: [{ name: 'server' }] });
  });

  test('on another host with nothing but the repository and its password', async () => {
    const elsewhere = { environment: { HOLDFAST_HOME: bench.path('other'), DOCKER_HOST: 'unix:///nowhere' } };
    expect(await bench.run(['init'], elsewhere)).toMatchObject({ code: 0 });
    const where = ['--location', bench.path('repo'), '--password-file', bench.path('password')];
    expect(await bench.run(['volume', 'repo', 'adopt', 'nas', ...where], elsewhere)).toMatchObject({ code: 0 });
    const args = ['volume', 'restore', first, '--volume', 'db', '--target', bench.path('there'), '--repo', 'nas'];
    const ran = await bench.run(args, elsewhere);
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining('[SNAPSHOT_FOREIGN]') });
    expect(ran.stderr).toContain('it was written by server (busybox)');
    expect(facts(bench.path('there'))).toBe(original);
  });

  test('verify names a flipped byte, a deleted snapshot, a repository of yesterday and a foreign snapshot', async () => {
    const verify = async (...args: readonly string[]) => {
      const ran = await run('volume', 'verify', '--independent', '--repo', 'main', '--format', 'json', ...args);
      return { code: ran.code, report: JSON.parse(ran.stdout) as VolumeVerified };
    };
    const whole = await verify();
    expect(whole).toMatchObject({
      code: 0,
      report: { damage: [], record: { missing: [], foreign: [], rolledBackTo: null } },
    });
    const [pack = ''] = execFileSync('find', [bench.path('repo/data'), '-type', 'f'])
      .toString()
      .trim()
      .split('\n');
    const bytes = readFileSync(pack);
    writeFileSync(pack, bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1));
    const flipped = await verify();
    expect(flipped).toMatchObject({ code: 3, report: { damage: [{ kind: 'pack-damaged', name: basename(pack) }] } });
    writeFileSync(pack, bytes);

    // A copy of its files, as it would be made of a bucket.
    const copy = bench.path('copy');
    cpSync(bench.path('repo'), copy, { recursive: true });
    const known = await ok('volume', 'snapshots', '--repo', 'main', '--format', 'json');
    const ids = (JSON.parse(known) as SnapshotList).snapshots.map(({ snapshot: id }) => id);
    for (const id of ids.slice(-2)) rmSync(join(copy, 'snapshots', id));
    const yesterday = await verify('--directory', copy);
    expect(yesterday.code).toBe(3);
    expect(yesterday.report.record.missing.map(({ snapshot: id }) => id)).toEqual(ids.slice(-2));
    expect(yesterday.report.record.rolledBackTo).toMatch(/^20/);
    const env = { ...process.env, RESTIC_PASSWORD_FILE: bench.path('password'), RESTIC_CACHE_DIR: bench.path('cache') };
    execFileSync('restic', ['-r', copy, 'backup', '-q', '--host', 'stranger', bench.path('password')], { env });
    expect((await verify('--directory', copy)).report.record.foreign).toMatchObject([{ host: 'stranger' }]);
  });

  test('of a damaged repository, what is whole is restored without restic and the rest is named', async () => {
    // An index that is none stops restic altogether.
    writeFileSync(bench.path('repo/index', 'a'.repeat(64)), 'junk');
    const out = ['--volume', 'db', '--repo', 'main', '--what-is-left'];
    const whole = await run('volume', 'restore', first, ...out, '--target', bench.path('left'));
    expect(whole, whole.stderr).toMatchObject({ code: 0 });
    expect(facts(bench.path('left'))).toBe(original);
    // Packs hold trees or data: of the data, some files are lost, and only they. Those of the first snapshot are the oldest.
    const packs = execFileSync('find', [bench.path('repo/data'), '-type', 'f'])
      .toString()
      .trim()
      .split('\n');
    packs.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
    for (const [at, pack] of packs.entries()) {
      const bytes = readFileSync(pack);
      rmSync(pack);
      const target = bench.path(`left${at}`);
      const ran = await run('volume', 'restore', first, ...out, '--target', target, '--format', 'json');
      writeFileSync(pack, bytes);
      if (ran.code !== 3) continue;
      const report: VolumeRestoredReport = JSON.parse(ran.stdout);
      // As latin1, like the facts.
      const plain = (path: string) =>
        path.replaceAll(/\\x(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
      const lost = report.lost.map(({ path }) => plain(path.slice(1)));
      expect(lost).toContain('deep/table');
      const there = facts(target);
      for (const line of facts(bench.path('left')).split('\n')) {
        if (!lost.some((path) => line.includes(path)) && !/^(?:#|user)/.test(line)) expect(there).toContain(line);
      }
      return;
    }
    expect.unreachable('no pack held the data of a file');
  });
});
