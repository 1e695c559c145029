import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dockerArchive } from '../fakes/docker-archive.ts';
import { dpkgStatus } from '../fakes/layers.ts';
import { expectDecent, expectRefused } from '../harness/expect-ran.ts';
import type { Ran } from '../harness/holdfast.ts';
import { EMPTY_SCHEMA, psql, type RecordPlace, startRecordPlace } from '../harness/record-place.ts';
import { needs } from '../harness/skip.ts';

const PASSPHRASE = 'five words by chance: ä';
const PROGRAM = join(import.meta.dirname, '../../dist/main.js');

const image = (...packages: readonly string[]) =>
  dockerArchive({
    tag: 'app:1',
    steps: [
      {
        instruction: 'COPY',
        files: [
          { name: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' },
          { name: 'var/lib/dpkg/status', body: dpkgStatus(...packages) },
        ],
      },
    ],
  });

/** What holds wherever the record is. */
function story(engine: RecordPlace['engine']): void {
  let place: RecordPlace;
  const locked = { environment: { HOLDFAST_PASSPHRASE: PASSPHRASE } };
  beforeAll(async () => {
    place = await startRecordPlace(engine);
    writeFileSync(place.bench.path('app.tar'), image('bash 5.2.15-2', 'xz-utils 5.4.1-1'));
    writeFileSync(place.bench.path('secret'), `${PASSPHRASE}\n`);
    writeFileSync(place.bench.path('wrong'), 'another passphrase\n');
  });
  afterAll(() => place?.stop());
  beforeEach(() => place.fresh());

  const done = async (...args: readonly string[]): Promise<string> => {
    const ran = await place.run(args, locked);
    expectDecent(ran);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    return ran.stdout;
  };
  const at = (name: string) => place.bench.path(name);
  const scan = () => done('scan', 'docker-archive:app.tar');
  const bare = async (ran: Promise<string>) => (await ran).replaceAll(/^(Root|Key) .*\n/gm, '');
  /** The home's disk is gone, and with it the database's. */
  const lose = async () => {
    rmSync(place.home(), { recursive: true });
    if (place.server !== undefined) {
      psql(place.server.ownerUrl, ...EMPTY_SCHEMA);
      await done('db-init', '--owner-url', place.server.ownerUrl, '--writer', 'holdfast_writer');
    }
  };
  const events = async () =>
    (JSON.parse(await done('log', '--format', 'json')) as { type: string }[]).map(({ type }) => type);

  it('is backed up, lost, restored, whole, and goes on', async () => {
    rmSync(at('copies'), { recursive: true, force: true });
    mkdirSync(at('copies'));
    await done('init', '--checkpoint-to', 'copies');
    await scan();
    await scan();
    const report = await done(
      'home',
      'backup',
      '--out',
      'home.age',
      '--sheet',
      'sheet.txt',
      '--passphrase-file',
      'secret',
    );
    const bytes = readFileSync(at('home.age'));
    expect(statSync(at('home.age')).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('sheet.txt'), 'utf8')).toBe(report);
    const key = (await done('ledger', 'key')).trim();
    for (const told of [
      createHash('sha256').update(bytes).digest('hex'),
      key,
      `holdfast home restore home.age \\\n    --key ${key}\n`,
      at('copies'),
      '3 events',
    ])
      expect(report).toContain(told);
    const secret = readFileSync(join(place.home(), 'keys/ledger.key'), 'utf8').trim();
    for (const secretText of [PASSPHRASE, secret]) {
      expect(report).not.toContain(secretText);
      expect(bytes.includes(secretText)).toBe(false);
    }
    expect(report.split('\n').length).toBeLessThan(60);
    const affected = await done('affected', 'pkg:deb/debian/xz-utils');
    expect(affected).toContain('1 image on the record');

    await lose();
    const restored = await done('home', 'restore', 'home.age', '--key', key);
    expect(restored).toContain('3 events, whole, into');
    expect(statSync(place.home()).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(place.home(), 'keys/ledger.key'), 'utf8').trim()).toBe(secret);
    expect(await bare(done('ledger', 'verify'))).toMatch(/^The record is whole: 4 events\.\nAnchored up to position 4/);
    expect(await events()).toEqual(['ledger.opened', 'image.inventoried', 'image.inventoried', 'ledger.restored']);
    expect(await done('affected', 'pkg:deb/debian/xz-utils')).toBe(affected);
    await scan();
    expect(await bare(done('ledger', 'verify'))).toMatch(/^The record is whole: 5 events\./);
    expectRefused(await place.run(['home', 'restore', 'home.age'], locked), 'HOME_EXISTS', 2);
  });

  it('says what is lost where a checkpoint is newer than the backup', async () => {
    rmSync(at('copies'), { recursive: true, force: true });
    mkdirSync(at('copies'));
    await done('init', '--checkpoint-to', 'copies');
    await done('home', 'backup', '--out', 'home.age', '--quiet');
    for (let count = 0; count < 2; count += 1) await scan();
    await done('ledger', 'checkpoint', '--out', 'three.checkpoint');
    await lose();
    expect(await done('home', 'restore', 'home.age')).toContain(
      'LOST: a copied checkpoint proves 3 events; 2 events came',
    );
    const verified = await place.run(['ledger', 'verify', '--checkpoint', 'three.checkpoint']);
    expect(verified).toMatchObject({ code: 3, stdout: expect.stringMatching(/rolled back|rolled-back/) });
  });

  it('is refused with a wrong passphrase, cut or changed, and nothing is left', async () => {
    await done('init');
    await done('home', 'backup', '--out', 'home.age');
    const good = readFileSync(at('home.age'));
    await lose();
    const refused = async (code: number, what: string, ...more: readonly string[]) => {
      const ran = await place.run(['home', 'restore', 'try.age', ...more], more.length > 0 ? {} : locked);
      expectRefused(ran, what, code);
      expect(ran.stderr).not.toContain(PASSPHRASE);
      expect(existsSync(place.home())).toBe(false);
    };
    writeFileSync(at('try.age'), good);
    await refused(2, 'BACKUP_PASSPHRASE_WRONG', '--passphrase-file', 'wrong');
    truncateSync(at('try.age'), good.length - 100);
    await refused(1, 'BACKUP_DAMAGED');
    writeFileSync(at('try.age'), good.fill(1, good.length - 3000, good.length - 2990));
    await refused(1, 'BACKUP_DAMAGED');
    writeFileSync(at('try.age'), 'hello');
    await refused(2, 'BACKUP_NOT_ONE');
    rmSync(at('try.age'));
    await refused(2, 'BACKUP_UNREADABLE');
  });

  it('is one consistent state while others record', async () => {
    await done('init');
    let running = true;
    const scans: Promise<Ran>[] = [];
    const loop = (async () => {
      while (running) {
        scans.push(place.run(['scan', 'docker-archive:app.tar']));
        await scans.at(-1);
      }
    })();
    const backups: number[] = [];
    for (let count = 0; count < 2; count += 1) {
      const told = await done('home', 'backup', '--out', `${count}.age`, '--format', 'json');
      const report = JSON.parse(told) as { events: number; problems: readonly unknown[] };
      expect(report.problems).toEqual([]);
      backups.push(report.events);
    }
    running = false;
    await loop;
    expect(scans.length).toBeGreaterThan(1);
    expect(backups.at(-1)).toBeGreaterThanOrEqual(backups[0] ?? 0);
    await lose();
    await done('home', 'restore', '1.age');
    expect(await bare(done('ledger', 'verify'))).toMatch(
      new RegExp(`^The record is whole: ${(backups[1] ?? 0) + 1} events\\.`),
    );
  });

  it('saves the rest where blobs are gone or damaged, and says so', async () => {
    await done('init');
    await scan();
    const blobs = join(place.home(), 'blobs/sha256');
    const [gone = '', spoiled = ''] = readdirSync(blobs).map((name) => join(blobs, name));
    rmSync(gone, { recursive: true });
    writeFileSync(join(spoiled, readdirSync(spoiled)[0] ?? ''), 'x');
    const ran = await place.run(['home', 'backup', '--out', 'home.age'], locked);
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining('NOT COMPLETE: 2 problems') });
    expect(ran.stderr).toMatch(/\[BLOB_DAMAGED\][\s\S]*\[BLOB_MISSING\]/);
    await lose();
    const restored = await place.run(['home', 'restore', 'home.age'], locked);
    expect(restored).toMatchObject({ code: 1, stderr: expect.stringContaining('[BLOB_MISSING]') });
    expect(await bare(done('ledger', 'verify'))).toMatch(/^The record is whole: 3 events\./);
  });

  it('is not backed up when it is not whole, and the older backup stays', async () => {
    await done('init');
    await done('home', 'backup', '--out', 'home.age');
    const before = readFileSync(at('home.age'));
    await scan();
    const trigger =
      engine === 'sqlite' ? 'drop trigger events_refuse_update' : 'alter table events disable trigger all';
    const bytes = engine === 'sqlite' ? "replace(leaf, 'image.', 'imagf.')" : "overlay(leaf placing '\\x66' from 20)";
    const cast = engine === 'sqlite' ? `cast(${bytes} as blob)` : bytes;
    place.tamper(trigger, `update events set leaf = ${cast} where position = 2`);
    const ran = await place.run(['home', 'backup', '--out', 'home.age'], locked);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/\[LEDGER_(?:DAMAGED|LEAF_MALFORMED)\]/);
    expect(readFileSync(at('home.age')).equals(before)).toBe(true);
  });

  it('is restored by doing it again when a restore was killed', { timeout: 300_000 }, async () => {
    await done('init');
    for (let count = 0; count < 3; count += 1) await scan();
    await done('home', 'backup', '--out', 'home.age');
    await lose();
    const environment = {
      ...{ PATH: process.env['PATH'] ?? '', HOME: place.bench.directory, HOLDFAST_HOME: place.home() },
      ...{ HOLDFAST_PASSPHRASE: PASSPHRASE, ...(place.server && { HOLDFAST_DATABASE: place.server.url }) },
    };
    let inside = 0;
    for (let pauseMs = 0; pauseMs <= 320; pauseMs += 80) {
      const child = spawn(process.execPath, [PROGRAM, 'home', 'restore', 'home.age'], {
        ...{ cwd: place.bench.directory, env: environment, stdio: 'ignore' },
      });
      const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
      // From the moment when it has begun to make something.
      for (const limit = Date.now() + 20_000; !existsSync(join(place.home(), 'keys/ledger.key')); ) {
        if (Date.now() > limit || child.exitCode !== null) break;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      child.kill('SIGKILL');
      await ended;
      if (existsSync(join(place.home(), 'config.json'))) break;
      if (existsSync(join(place.home(), 'restoring.lock'))) inside += 1;
      expectRefused(await place.run(['init']), 'HOME_HALF_RESTORED', 2);
    }
    expect(inside).toBeGreaterThan(0);
    if (!existsSync(join(place.home(), 'config.json'))) await done('home', 'restore', 'home.age');
    expect(existsSync(join(place.home(), 'restoring.lock')) && !existsSync(join(place.home(), 'config.json'))).toBe(
      false,
    );
    expect(await bare(done('ledger', 'verify'))).toMatch(/^The record is whole: 5 events\./);
    await done('affected', 'pkg:deb/debian/bash');
  });

  if (engine === 'postgres') {
    it('goes from PostgreSQL into SQLite, and back into an empty PostgreSQL', async () => {
      await done('init');
      await scan();
      await done('home', 'backup', '--out', 'postgres.age');
      await lose();
      const sqlite = { environment: { ...locked.environment, HOLDFAST_DATABASE: '' } };
      const run = async (...args: readonly string[]) => {
        const ran = await place.run(args, sqlite);
        expect(ran).toMatchObject({ code: 0, stderr: '' });
        return ran.stdout;
      };
      expect(await run('home', 'restore', 'postgres.age')).toContain('2 events, whole, into SQLite');
      expect(await run('ledger', 'verify')).toMatch(/^The record is whole: 3 events\./);
      await run('home', 'backup', '--out', 'sqlite.age');
      renameSync(place.home(), place.home('sqlite'));
      expect(await done('home', 'restore', 'sqlite.age')).toContain('3 events, whole, into PostgreSQL');
      expect(await bare(done('ledger', 'verify'))).toMatch(/^The record is whole: 4 events\./);
      await done('affected', 'pkg:deb/debian/bash');
    });

    it('keeps a database that outlived the home, and refuses one with another record', async () => {
      await done('init');
      await scan();
      await done('home', 'backup', '--out', 'home.age');
      await scan();
      rmSync(place.home(), { recursive: true });
      expect(await done('home', 'restore', 'home.age')).toContain('was in the PostgreSQL database already');
      expect(await bare(done('ledger', 'verify'))).toMatch(/^The record is whole: 3 events\./);
      await lose();
      await done('init');
      rmSync(place.home(), { recursive: true });
      expectRefused(await place.run(['home', 'restore', 'home.age'], locked), 'LEDGER_NOT_EMPTY', 2);
      expect(existsSync(place.home())).toBe(false);
    });
  }
}

describe('a home with SQLite', () => story('sqlite'));
needs('postgres', 'psql')('a home with PostgreSQL', () => story('postgres'));

needs(
  'age',
  'age-keygen',
  'tar',
)('the program age', () => {
  let place: RecordPlace;
  beforeAll(async () => {
    place = await startRecordPlace('sqlite');
    await place.fresh();
  });
  afterAll(() => place?.stop());

  it('opens our backups, and we open what it encrypts', async () => {
    const { bench } = place;
    const shell = (command: string) => execFileSync('sh', ['-c', command], { cwd: bench.directory, encoding: 'utf8' });
    shell('age-keygen -o identity 2>/dev/null');
    const recipient = shell('age-keygen -y identity').trim();
    await place.run(['init']);
    expect(await place.run(['home', 'backup', '--out', 'home.age', '--recipient', recipient])).toMatchObject({
      code: 0,
    });
    expect(shell('age -d -i identity home.age | tar -t').split('\n').slice(0, 4)).toEqual([
      'manifest.json',
      'keys/ledger.key',
      'keys/ledger.pub',
      'config.json',
    ]);
    expect(shell('age -d -i identity home.age | tar -xO ledger/leaves.jsonl')).toMatch(/^\{"actor":.*\}\n$/);
    shell(`age -d -i identity home.age | age -r ${recipient} > again.age`);
    const restored = await place.run(['home', 'restore', 'again.age', '--identity', 'identity'], { home: 'second' });
    expect(restored).toMatchObject({ code: 0, stderr: '' });
    expectRefused(
      await place.run(['home', 'restore', 'again.age', '--identity', 'again.age'], { home: 'third' }),
      'BACKUP_IDENTITY_INVALID',
      2,
    );
    const bad = await place.run(['home', 'backup', '--out', 'bad.age', '--recipient', 'age1nonsense']);
    expectRefused(bad, 'BACKUP_RECIPIENT_INVALID', 2);
    expect(existsSync(bench.path('bad.age'))).toBe(false);
  });
});
