import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  recoverySheetSchema,
  repositoryCopiedSchema,
  repositoryPasswordRotatedSchema,
  repositoryUnlockedSchema,
} from '#api/volume-repository-care-report.ts';
import { repositoryAddedSchema, repositoryCheckedSchema, repositoryListSchema } from '#api/volume-repository-report.ts';
import { type Bench, startBench } from '../harness/holdfast.ts';
import { needs } from '../harness/skip.ts';

const PASSWORD = 'never shown to anybody';

needs('restic')('holdfast volume repo', () => {
  let bench: Bench;
  let environment: Record<string, string>;
  const run = (...args: readonly string[]) => bench.run(args, { environment });
  const secret = (name: string, text: string) => {
    writeFileSync(bench.path(name), `${text}\n`, { mode: 0o600 });
    return bench.path(name);
  };
  const ok = async (...args: readonly string[]) => {
    const ran = await run(...args);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    return ran.stdout;
  };
  const restic = (location: string, password: string, ...args: readonly string[]) =>
    execFileSync('restic', [...args], {
      env: {
        PATH: process.env['PATH'],
        RESTIC_REPOSITORY: location,
        RESTIC_PASSWORD: password,
        RESTIC_CACHE_DIR: bench.path('restic-cache'),
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });

  beforeEach(async () => {
    bench = startBench();
    environment = { HOLDFAST_HOME: bench.path('holdfast') };
    await ok('init');
    secret('password', PASSWORD);
  });
  afterEach(() => bench.remove());

  const init = () =>
    ok('volume', 'repo', 'init', 'nas', '--location', bench.path('nas'), '--password-file', bench.path('password'));

  it('makes a repository that restic opens, keeps it to this user, and puts it on the record without a secret', async () => {
    await init();
    expect(restic(bench.path('nas'), PASSWORD, 'snapshots')).toBeDefined();
    for (const file of ['repositories/nas.json', 'keys/repositories/nas']) {
      expect(statSync(bench.path('holdfast', file)).mode & 0o777).toBe(0o600);
    }
    const list = repositoryListSchema.parse(JSON.parse(await ok('volume', 'repo', 'ls', '--format', 'json')));
    expect(list.repositories).toMatchObject([
      { name: 'nas', location: bench.path('nas'), shared: false, lastCheckAt: null },
    ]);
    const log = await ok('log', '--format', 'json');
    expect(log).toContain('repository.initialised');
    expect(log + JSON.stringify(list)).not.toContain(PASSWORD);
    expect(await ok('ledger', 'verify')).toMatch(/whole|verified|ok/i);
  });

  it('refuses without a home, without restic, a name that is taken, and a location with a password in it', async () => {
    await init();
    const add = (name: string, location: string, more: Record<string, string> = {}) =>
      bench.run(['volume', 'repo', 'init', name, '--location', location, '--password-file', bench.path('password')], {
        environment: { ...environment, ...more },
      });
    expect(await add('nas', bench.path('other'))).toMatchObject({ code: 2 });
    expect((await add('b', bench.path('nas'))).stderr).toContain('RESTIC_EXISTS');
    expect((await add('b', 'rest:https://me:hunter22@nas/')).stderr).not.toContain('hunter22');
    expect((await add('b', bench.path('b'), { HOLDFAST_HOME: bench.path('none') })).stderr).toContain('HOME_MISSING');
    const missing = await add('b', bench.path('b'), { HOLDFAST_RESTIC: '/nowhere/restic' });
    expect(missing.stderr).toContain('apt install restic');
    expect(readdirSync(bench.path('holdfast/repositories')).filter((name) => name.endsWith('.json'))).toEqual([
      'nas.json',
    ]);
    expect(readdirSync(bench.path('holdfast/keys/repositories'))).toEqual(['nas']);
  });

  it('takes over a repository as it is, and copies what is in it to another one', async () => {
    await init();
    restic(bench.path('theirs'), 'their password', 'init');
    mkdirSync(bench.path('data'));
    writeFileSync(bench.path('data/file'), 'theirs');
    restic(bench.path('theirs'), 'their password', 'backup', bench.path('data'));
    const wrong = secret('wrong', 'not theirs');
    const adopt = [
      'volume',
      'repo',
      'adopt',
      'old',
      '--location',
      bench.path('theirs'),
      '--format',
      'json',
      '--password-file',
    ];
    expect((await run(...adopt, wrong)).stderr).toContain('RESTIC_PASSWORD_WRONG');
    const added = repositoryAddedSchema.parse(
      JSON.parse(await ok(...adopt, secret('theirs.password', 'their password'))),
    );
    expect(added).toMatchObject({ name: 'old', shared: true, snapshots: 1, problems: [] });
    expect(await ok('volume', 'repo', 'copy', 'old', 'nas')).toBe('1 snapshot of old is in nas, too.\n');
    const again = repositoryCopiedSchema.parse(
      JSON.parse(await ok('volume', 'repo', 'copy', 'old', 'nas', '--format', 'json')),
    );
    expect(again).toMatchObject({
      from: 'old',
      to: 'nas',
      snapshots: [{ snapshot: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    });
    const unlocked = JSON.parse(await ok('volume', 'repo', 'unlock', 'old', '--format', 'json'));
    expect(repositoryUnlockedSchema.parse(unlocked)).toEqual({ name: 'old', locks: 0 });
    expect(restic(bench.path('nas'), PASSWORD, 'dump', 'latest', bench.path('data/file'))).toBe('theirs');
  });

  it('finds damage by parts, exits with 3, and remembers it until the same part is whole', async () => {
    await init();
    const check = async (...more: readonly string[]) => {
      const ran = await run('volume', 'repo', 'check', 'nas', '--format', 'json', ...more);
      return { code: ran.code, report: repositoryCheckedSchema.parse(JSON.parse(ran.stdout)) };
    };
    writeFileSync(bench.path('big'), randomBytes(200_000));
    restic(bench.path('nas'), PASSWORD, 'backup', bench.path('big'));
    expect(await check('--parts', '2')).toMatchObject({ code: 0, report: { part: { part: 1, of: 2 }, whole: true } });
    expect(await check('--structure')).toMatchObject({ code: 0, report: { part: null } });
    expect((await check('--parts', '2')).report.part).toEqual({ part: 2, of: 2 });
    const data = bench.path('nas/data');
    const packs = readdirSync(data).flatMap((two) => readdirSync(join(data, two)).map((name) => join(data, two, name)));
    const big = packs.find((pack) => statSync(pack).size > 100_000) ?? '';
    const whole = readFileSync(big);
    const bytes = Buffer.from(whole);
    bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
    rmSync(big);
    writeFileSync(big, bytes);
    const found = await check('--all');
    expect(found).toMatchObject({ code: 3, report: { whole: false, damaged: ['1/1'] } });
    expect(found.report.messages.length).toBeGreaterThan(0);
    expect((await check('--structure')).code).toBe(3);
    expect(await ok('volume', 'repo', 'ls')).toContain('DAMAGED');
    writeFileSync(big, whole);
    expect(await check('--all')).toMatchObject({ code: 0, report: { whole: true, damaged: [] } });
  });

  it('prints what it takes to restore without Holdfast, and that works', async () => {
    await init();
    mkdirSync(bench.path('data'));
    writeFileSync(bench.path('data/file'), 'mine');
    restic(bench.path('nas'), PASSWORD, 'backup', '--host', 'h', bench.path('data'));
    const sheet = await ok('volume', 'repo', 'recovery-sheet', 'nas');
    expect(sheet).not.toContain(PASSWORD);
    const commands = sheet
      .split('\n')
      .filter((line) => /^ {2}(?:export|restic) /.test(line))
      .map((line) =>
        line
          .replace('/path/to/a/file/with/the/password', bench.path('password'))
          .replace('SNAPSHOT', 'latest')
          .replace('/a/new/empty/directory', bench.path('target')),
      );
    execFileSync('sh', ['-ec', commands.join('\n')], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], HOME: bench.path('home') },
    });
    expect(readFileSync(join(bench.path('target'), bench.path('data/file')), 'utf8')).toBe('mine');
    rmSync(bench.path('nas'), { recursive: true });
    const without = await run('volume', 'repo', 'recovery-sheet', 'nas', '--format', 'json');
    expect(without.code).toBe(1);
    expect(recoverySheetSchema.parse(JSON.parse(without.stdout))).toMatchObject({
      ...{ name: 'nas', snapshots: null, newest: null, problems: [{ code: 'RESTIC_REPOSITORY_MISSING' }] },
      sheet: expect.stringContaining('the repository could not be asked'),
    });
  });

  it('changes the password; killed at any time, the home still opens the repository, and doing it again completes it', async () => {
    await init();
    let old = PASSWORD;
    for (const afterMs of [1200, 3500]) {
      const next = `password number ${afterMs}`;
      const file = secret('next', next);
      const args = ['dist/main.js', 'volume', 'repo', 'rotate-password', 'nas', '--new-password-file', file];
      const child = spawn(process.execPath, args, {
        env: { PATH: process.env['PATH'], HOME: bench.path('home'), ...environment },
        stdio: 'ignore',
      });
      const over = new Promise((resolve) => child.once('exit', resolve));
      setTimeout(() => child.kill('SIGKILL'), afterMs);
      await over;
      const kept = readFileSync(bench.path('holdfast/keys/repositories/nas'), 'utf8').trim();
      restic(bench.path('nas'), kept, 'snapshots');
      const again = await run('volume', 'repo', 'rotate-password', 'nas', '--new-password-file', file);
      // It may have been done before it could be killed.
      expect(again.code === 0 || again.stderr.includes('REPOSITORY_PASSWORD_SAME')).toBe(true);
      expect(JSON.parse(restic(bench.path('nas'), next, 'key', 'list', '--json'))).toHaveLength(1);
      expect(() => restic(bench.path('nas'), old, 'snapshots')).toThrow();
      expect(readdirSync(bench.path('holdfast/keys/repositories'))).toEqual(['nas']);
      old = next;
    }
    const rotate = ['volume', 'repo', 'rotate-password', 'nas', '--keep-old', '--format', 'json'];
    const kept = await ok(...rotate, '--new-password-file', secret('next', 'the last password'));
    expect(repositoryPasswordRotatedSchema.parse(JSON.parse(kept))).toMatchObject({ name: 'nas', removedKey: null });
    expect(kept).not.toContain('the last password');
  });
});
