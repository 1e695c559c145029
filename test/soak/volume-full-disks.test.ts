import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SnapshotList } from '#api/volume-snapshot-report.ts';
import type { VolumeVerified } from '#api/volume-verify-report.ts';
import { readRecords, readState } from '../harness/kills/states.ts';
import { startVolumeBench, type VolumeBench } from '../harness/kills/volume-bench.ts';
import { needs } from '../harness/skip.ts';

/** Less than what is to be restored. */
const SMALL = 'size=2m';

needs(
  'engine',
  'busybox',
  'restic',
  'mount',
  'nsenter',
)('disks that are full at the worst moment', () => {
  let bench: VolumeBench;
  let home: string;
  let isMounted = false;
  beforeAll(async () => {
    bench = await startVolumeBench(['main']);
    home = bench.bench.path('holdfast');
    await bench.ok('volume', 'snapshot', 'swap', '--repo', 'main');
  });
  afterAll(async () => {
    if (isMounted) execFileSync('umount', [home]);
    await bench?.stop();
  });

  /** From here on the home is a disk of its own. The engine does not see it. */
  function mountHome(): void {
    if (isMounted) return;
    const aside = bench.bench.path('aside');
    execFileSync('cp', ['-a', home, aside]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', home]);
    isMounted = true;
    execFileSync('cp', ['-a', `${aside}/.`, home]);
  }

  const told = async (type: string): Promise<readonly { position: number; data: Record<string, unknown> }[]> =>
    JSON.parse(await bench.ok('log', '--type', type, '--limit', '100', '--format', 'json'));

  test('the engine’s own directory is full: nothing half there of a new volume, and a drill proves nothing', async () => {
    const volumes = join(bench.place('small'), '../..');
    const pid = readFileSync(join(volumes, '../../docker.pid'), 'utf8').trim();
    const inside = ['nsenter', `--mount=/proc/${pid}/ns/mnt`];
    const within = (...args: readonly string[]) =>
      bench.bench.run(args, { environment: bench.environment, through: inside });
    const [nsenter = '', ...where] = inside;
    mkdirSync(volumes, { recursive: true });
    execFileSync(nsenter, [...where, 'mount', '-t', 'tmpfs', '-o', SMALL, 'tmpfs', volumes]);
    try {
      const restored = await within('volume', 'restore', 'latest', '--volume', 'swap', '--to', 'new', '--repo', 'main');
      expect(restored.code, restored.stderr).toBe(1);
      expect(restored.stderr).toContain('[RESTIC_DISK_FULL]');
      const drilled = await within('volume', 'drill', 'swap', '--repo', 'main');
      expect(drilled.code, drilled.stderr).toBe(1);
      expect(drilled.stderr).toContain('[RESTIC_DISK_FULL]');
      expect(execFileSync(nsenter, [...where, 'ls', '-A', volumes], { encoding: 'utf8' })).toBe('');
    } finally {
      execFileSync(nsenter, [...where, 'umount', volumes]);
    }
    const left = (await bench.engine.docker('volume', 'ls', '--quiet')).trim().split('\n').sort();
    expect(left).toEqual(['log', 'small', 'swap']);
    // A full disk says nothing about a snapshot.
    expect(await told('volume.drilled')).toEqual([]);
    for (const notes of ['drills', 'restores']) expect(readdirSync(join(home, notes))).toEqual([]);
    await bench.ok('volume', 'restore', 'latest', '--volume', 'swap', '--to', 'new', '--repo', 'main');
  });

  test.each([
    ['stored, still paused', '^ended .*restic backup ', 2],
    ['released', '^answered POST .*/unpause$', 1],
    ['about to be recorded', '^recording snapshot\\.finished', 1],
  ])(
    'the home is full when a snapshot is %s: all runs, and the next run tells what became of it',
    async (_, at, nth) => {
      mountHome();
      bench.change('log');
      const before = (await told('snapshot.started')).length;
      const act = { kind: 'fill', directory: home } as const;
      const args = ['volume', 'snapshot', 'log', '--repo', 'main'];
      const ended = await bench.runTo(args, { at, nth, delayMs: 0, act });
      await bench.untilRuns(5_000);
      expect(ended, ended.said).toMatchObject({ code: 1, step: expect.stringMatching(at) });
      expect(ended.said).toMatch(/\[(?:DATABASE_(?:FULL|IO)|FILE_NOT_WRITTEN)\]/);
      rmSync(join(home, 'ballast'));
      // With room again, nothing has to be done by hand.
      expect(await bench.ok('volume', 'reconcile')).toBe('Nothing is held.\n');
      bench.change('log');
      await bench.ok('volume', 'snapshot', 'log', '--repo', 'main');
      const started = (await told('snapshot.started')).slice(before);
      expect(started).toHaveLength(2);
      const failed = (await told('snapshot.failed')).map(({ data }) => data['started']);
      expect(failed).toContain(started[0]?.position);
      expect(failed).not.toContain(started[1]?.position);
      // What was stored and not acknowledged is named, and not taken for one that is.
      const text = await bench.ok('volume', 'verify', '--independent', '--repo', 'main', '--format', 'json');
      const { record, damage }: VolumeVerified = JSON.parse(text);
      expect([damage, record.missing]).toEqual([[], []]);
      expect(record.foreign.length).toBeGreaterThan(0);
      const target = bench.bench.path('back');
      await bench.ok('volume', 'restore', 'latest', '--volume', 'log', '--target', target, '--repo', 'main');
      const finished = (await told('snapshot.finished')).at(-1)?.data['snapshot'];
      const list: SnapshotList = JSON.parse(
        await bench.ok('volume', 'snapshots', '--repo', 'main', '--format', 'json'),
      );
      expect(list.snapshots.filter(({ position }) => position !== null).at(-1)?.snapshot).toBe(finished);
      readState(target);
      readRecords(target, bench.place('log'));
      rmSync(target, { recursive: true });
      for (const notes of ['holds', 'turns/main']) expect(readdirSync(join(home, notes))).toEqual([]);
      await bench.ok('ledger', 'verify');
    },
  );
});
