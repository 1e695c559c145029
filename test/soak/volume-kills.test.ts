import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAllThere } from '../harness/kills/all-there.ts';
import { PROGRAM_PHASES, type ProgramPhaseName } from '../harness/kills/program-phases.ts';
import { RESTIC_PHASES, type ResticPhaseName } from '../harness/kills/restic-phases.ts';
import { seeded } from '../harness/kills/seeded.ts';
import { startVolumeBench, type VolumeBench } from '../harness/kills/volume-bench.ts';
import { histogram, killProgram, killRestic, newTally, runEach, type Tally } from '../harness/kills/volume-rounds.ts';
import { needs } from '../harness/skip.ts';

/** Of each phase. */
const TIMES = 10;
const SEED = Number(process.env['HOLDFAST_SOAK_SEED'] ?? 1);
const ASKED = Number(process.env['HOLDFAST_SOAK_ROUNDS'] ?? 0);
const LIMIT_MS = 3 * 3_600_000;

needs(
  'engine',
  'busybox',
  'restic',
)('volumes whose snapshots, restores and care are killed', () => {
  let bench: VolumeBench;
  beforeAll(async () => {
    bench = await startVolumeBench();
  });
  afterAll(() => bench?.stop());

  /** Every phase as often as the others, each time in another order. */
  async function rounds<Name extends string>(
    names: readonly Name[],
    kill: (name: Name, tally: Tally) => Promise<void>,
  ) {
    const random = seeded(SEED);
    const most = ASKED > 0 ? ASKED : TIMES * names.length;
    const tally = newTally();
    const begun = performance.now();
    let order: Name[] = [];
    try {
      for (let round = 0; round < most; round += 1) {
        if (order.length === 0) order = shuffled(names, random);
        const name = order.pop();
        if (name !== undefined) await kill(name, tally);
      }
    } finally {
      console.log(`${histogram(tally)}; seed ${SEED}, ${Math.round((performance.now() - begun) / 1000)} s`);
    }
    const least = Math.floor(most / names.length);
    for (const name of names) expect(tally.hits.get(name) ?? 0, name).toBeGreaterThanOrEqual(least);
  }

  test('Holdfast itself, in every phase: everything runs again, and what was acknowledged comes back', {
    timeout: LIMIT_MS,
  }, async () => {
    const random = seeded(SEED + 1);
    await rounds(Object.keys(PROGRAM_PHASES) as ProgramPhaseName[], (name, tally) =>
      killProgram(bench, name, random, tally),
    );
    await runEach(bench, ['snapshot', 'restore', 'retention', 'copy', 'drill', 'daemon']);
    console.log(`${await expectAllThere(bench, ['main', 'far'])} snapshots came back`);
  });

  test('restic below it, in every phase: that is said, and what was acknowledged comes back', {
    timeout: LIMIT_MS,
  }, async () => {
    const random = seeded(SEED + 2);
    await rounds(Object.keys(RESTIC_PHASES) as ResticPhaseName[], (name, tally) =>
      killRestic(bench, name, random, tally),
    );
    await runEach(bench, ['snapshot', 'restore', 'retention', 'copy', 'drill', 'daemon']);
    console.log(`${await expectAllThere(bench, ['main', 'far'])} snapshots came back`);
  });
});

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
