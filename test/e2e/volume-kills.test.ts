import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SnapshotList } from '#api/volume-snapshot-report.ts';
import { expectAllThere } from '../harness/kills/all-there.ts';
import { seeded } from '../harness/kills/seeded.ts';
import { startVolumeBench, type VolumeBench } from '../harness/kills/volume-bench.ts';
import { histogram, killProgram, killRestic, newTally } from '../harness/kills/volume-rounds.ts';
import { needs } from '../harness/skip.ts';

const SEED = Number(process.env['HOLDFAST_SOAK_SEED'] ?? 1);
const DAY_MS = 86_400_000;
/** A busy machine is no failure. */
const LIMIT_MS = 420_000;

// The soak (volume-kills) kills in every phase, ten times and more.
needs(
  'engine',
  'busybox',
  'restic',
)('volumes whose snapshots and care are killed', () => {
  let bench: VolumeBench;
  beforeAll(async () => {
    bench = await startVolumeBench(['main', 'far']);
  });
  afterAll(() => bench?.stop());

  test(`everything runs again, and what was acknowledged comes back: 10 kills, seed ${SEED}`, {
    timeout: LIMIT_MS,
  }, async () => {
    const random = seeded(SEED);
    const tally = newTally();
    for (const phase of [
      'snapshot: its beginning is recorded',
      'snapshot: in the first pass',
      'snapshot: paused',
      'snapshot: stored, still paused',
      'snapshot: before its end is recorded',
      'snapshot: its end is recorded',
      'retention: forgotten',
    ] as const) {
      await killProgram(bench, phase, random, tally);
    }
    for (const phase of [
      'backup: its snapshot is written',
      'backup: a pack is written',
      'prune: a pack is removed',
    ] as const) {
      await killRestic(bench, phase, random, tally);
    }
    console.log(histogram(tally));
    expect([...tally.hits.values()]).toEqual(Array(10).fill(1));
    await bench.ok('volume', 'snapshot', 'log', '--repo', 'main');
    for (const name of ['main', 'far']) {
      await bench.ok('volume', 'snapshot', 'small', '--repo', name);
      await bench.ok('volume', 'retention', 'apply', '--volume', 'small', '--prune', '--repo', name);
    }
    expect(await expectAllThere(bench, ['main', 'far'])).toBeGreaterThanOrEqual(5);
  });

  test('a clock that goes back by a day while all is held harms nothing', async () => {
    bench.change('log');
    const begun = Date.now();
    const at = '^answered POST .*/pause$';
    const act = { kind: 'clock', byMs: -DAY_MS } as const;
    const args = ['volume', 'snapshot', 'log', '--repo', 'main', '--format', 'json'];
    const ended = await bench.runTo(args, { at, nth: 1, delayMs: 0, act });
    expect(ended, ended.said).toMatchObject({ code: 0, step: expect.stringMatching(at) });
    const taken = JSON.parse(ended.said);
    expect(taken).toMatchObject({ complete: true, method: 'dump+pause', problems: [] });
    expect(taken.holdMs).toBeGreaterThan(0);
    expect(taken.holdMs).toBeLessThan(Date.now() - begun);
    expect(await bench.untilRuns(5_000)).toBeLessThan(5_000);
    // The next one is newer, whatever the clock said, and `latest` means it.
    bench.change('log');
    const next = JSON.parse(await bench.ok(...args)).snapshot;
    const list: SnapshotList = JSON.parse(
      await bench.ok('volume', 'snapshots', '--repo', 'main', '--volume', 'log', '--format', 'json'),
    );
    expect(list.missing).toEqual([]);
    expect(list.snapshots.slice(-2).map(({ snapshot }) => snapshot)).toEqual([taken.snapshot, next]);
    const plan = ['volume', 'restore', 'latest', '--volume', 'log', '--to', 'other', '--repo', 'main', '--dry-run'];
    expect(JSON.parse(await bench.ok(...plan, '--format', 'json')).snapshot).toBe(next);
    await bench.ok('ledger', 'verify');
  });
});
