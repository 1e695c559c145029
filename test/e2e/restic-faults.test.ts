import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SnapshotDone } from '#volume/engines/engine.ts';
import { type ResticPlace, resticPlace } from '../harness/restic-place.ts';
import { resticProcess, resticProcesses } from '../harness/restic-processes.ts';
import { needs } from '../harness/skip.ts';

needs('restic')('what happens to restic', () => {
  let place: ResticPlace;
  let first: SnapshotDone;
  beforeEach(async () => {
    place = resticPlace();
    place.file('data/a', randomBytes(300_000));
    await place.engine().init();
    first = await place.engine().backup({ paths: [place.path('data')], ...place.labels });
  });
  afterEach(() => place.remove());

  async function expectWhole(): Promise<void> {
    const target = place.path(`target-${randomBytes(4).toString('hex')}`);
    await place.engine().restore({ snapshot: first.id, target, verify: true });
    execFileSync('cmp', [place.path('data/a'), join(target, place.path('data/a'))]);
    expect(await place.engine().check({ part: 1, of: 1 })).toEqual({ kind: 'whole' });
  }

  it('a file that cannot be read makes the snapshot incomplete, by name', async () => {
    // Root reads every file but this one: its first page is never mapped.
    const path = `/proc/${process.pid}/mem`;
    const done = await place.engine().backup({ paths: [place.path('data'), path], ...place.labels });
    expect(done.kind).toBe('incomplete');
    expect(done.problems).toMatchObject([{ code: 'RESTIC_SOURCE_UNREADABLE', path }]);
    expect(done.id).toMatch(/^[0-9a-f]{64}$/);
  });

  it('a backup that is killed leaves the snapshots before it, and the next one works', async () => {
    place.file('more/b', randomBytes(60_000_000));
    const failed = place
      .engine()
      .backup({ paths: [place.path('more')], ...place.labels })
      .catch((error: unknown) => error);
    const { pid } = await resticProcess(place.path('work'), 'backup');
    await lockOf(place);
    process.kill(pid, 'SIGKILL');
    expect(await failed).toMatchObject({ code: 'RESTIC_FAILED' });
    expect(await place.engine().snapshots()).toHaveLength(1);
    // forget asks for the repository alone, so the lock that was left has to be taken away first.
    const next = await place.engine().backup({ paths: [place.path('data')], ...place.labels });
    await place.engine().forget([next.id]);
    await expectWhole();
  });

  it('a prune that is killed blocks no backup after it', async () => {
    const engine = place.engine();
    place.file('more/b', randomBytes(60_000_000));
    const old = await engine.backup({ paths: [place.path('more')], ...place.labels });
    await engine.forget([old.id]);
    const failed = engine.prune().catch((error: unknown) => error);
    const { pid } = await resticProcess(place.path('work'), 'prune');
    await lockOf(place);
    process.kill(pid, 'SIGKILL');
    expect(await failed).toMatchObject({ code: 'RESTIC_FAILED' });
    expect(readdirSync(place.path('repository/locks'))).toHaveLength(1);
    await place.engine().backup({ paths: [place.path('data')], ...place.labels });
    async function* text() {
      yield Buffer.from('also a stream');
    }
    await place.engine().backupStream({ name: 'dump', content: text(), ...place.labels });
    await expectWhole();
  });

  it('the lock of a living run of somebody else is reported and left alone', async () => {
    const theirs = spawn('restic', ['backup', '--stdin', '--stdin-filename', 'x'], {
      env: {
        PATH: process.env['PATH'],
        RESTIC_REPOSITORY: place.access.location,
        RESTIC_PASSWORD_FILE: place.access.passwordFile,
        RESTIC_CACHE_DIR: place.path('their-cache'),
      },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await lockOf(place);
    await expect(place.engine().forget([first.id])).rejects.toMatchObject({ code: 'RESTIC_LOCKED' });
    expect(await place.engine().unlock()).toBe(1);
    // Beside a backup of somebody else there is room for one of ours.
    await place.engine().backup({ paths: [place.path('data')], ...place.labels });
    await new Promise((resolve) => {
      theirs.once('exit', resolve);
      theirs.kill('SIGINT');
    });
    await expectWhole();
  });

  it('jobs of one home take turns: a prune and a check wait for the backup', async () => {
    place.file('more/b', randomBytes(20_000_000));
    const jobs = [
      place.engine().backup({ paths: [place.path('more')], ...place.labels }),
      place.engine().prune(),
      place.engine().check(),
      place.engine().backup({ paths: [place.path('data')], ...place.labels }),
      place.engine().restore({ snapshot: first.id, target: place.path('beside'), verify: true }),
    ];
    const ended = await Promise.allSettled(jobs);
    expect(ended.map(({ status }) => status)).toEqual(jobs.map(() => 'fulfilled'));
    expect(await place.engine().snapshots()).toHaveLength(3);
  });

  it('a stream whose program is killed leaves no snapshot that ends in the middle, and no restic', async () => {
    const bundle = place.path('stream.mjs');
    await build({
      stdin: {
        contents: `import { resticEngine } from '#volume/engines/restic/restic-engine.ts';
          async function* endless() {
            for (let i = 0; ; i += 1) {
              yield Buffer.alloc(100_000, i);
              if (i === 30) process.stdout.write('streams\\n');
              await new Promise((resolve) => setTimeout(resolve, 5));
            }
          }
          const engine = resticEngine(${JSON.stringify(place.access)}, process.env);
          await engine.backupStream({ name: 'dump', content: endless(), tags: ['cut'], host: 'h' });`,
        resolveDir: join(import.meta.dirname, '../..'),
      },
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    });
    for (let kills = 0; kills < 3; kills += 1) {
      const child = spawn(process.execPath, [bundle], { stdio: ['ignore', 'pipe', 'ignore'] });
      const over = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      child.kill('SIGKILL');
      await over;
      await expect.poll(() => resticProcesses(place.path('work')).length, { timeout: 5000 }).toBe(0);
      expect((await place.engine().snapshots()).map(({ id }) => id)).toEqual([first.id]);
    }
    // What the dead one left is removed by the next: files with secrets, and the lock.
    await place.engine().forget([]);
    // A restic that was told to end may take a moment to go.
    await expect.poll(() => place.engine().unlock(), { timeout: 60_000 }).toBe(0);
    expect(readdirSync(place.path('work'))).toEqual([]);
  });

  it('an aborted backup is gone at once, and locks nothing', async () => {
    place.file('more/b', randomBytes(60_000_000));
    const stop = new AbortController();
    const failed = place
      .engine()
      .backup({ paths: [place.path('more')], ...place.labels }, { signal: stop.signal })
      .catch((error: unknown) => error);
    await resticProcess(place.path('work'), 'backup');
    await lockOf(place);
    stop.abort();
    expect(await failed).toMatchObject({ code: 'PROCESS_ABORTED' });
    expect(resticProcesses(place.path('work'))).toEqual([]);
    expect(readdirSync(place.path('work'))).toEqual([]);
    // restic 0.14 leaves its lock when it is ended in the moment of locking.
    expect(await place.engine().unlock()).toBe(0);
    expect(await place.engine().snapshots()).toHaveLength(1);
  });
});

needs('restic', 'mount')('a repository on a disk that is full', () => {
  it('tells so, keeps the snapshots before, and works again when there is room', async () => {
    const place = resticPlace();
    const disk = place.path('disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
    try {
      const engine = place.engine({ location: join(disk, 'repository') });
      await engine.init();
      place.file('data/a', randomBytes(300_000));
      const first = await engine.backup({ paths: [place.path('data')], ...place.labels });
      place.file('data/big', randomBytes(60_000_000));
      await expect(engine.backup({ paths: [place.path('data')], ...place.labels })).rejects.toMatchObject({
        code: 'RESTIC_DISK_FULL',
      });
      execFileSync('mount', ['-o', 'remount,size=120m', disk]);
      expect((await engine.snapshots()).map(({ id }) => id)).toEqual([first.id]);
      await engine.backup({ paths: [place.path('data')], ...place.labels });
      await engine.prune();
      expect(await engine.check({ part: 1, of: 1 })).toEqual({ kind: 'whole' });
    } finally {
      execFileSync('umount', [disk]);
      place.remove();
    }
  });
});

/** Waits until restic has locked the repository: from then on a kill leaves something behind. */
async function lockOf(place: ResticPlace): Promise<void> {
  for (let tries = 0; tries < 1000; tries += 1) {
    if (readdirSync(place.path('repository/locks')).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the repository was not locked');
}
