import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// .ci/run adds up the results of all runs from these files.
const resultsFolder = process.env['HOLDFAST_TEST_RESULTS'];
const reporters: ('default' | ['json', { outputFile: string }])[] = ['default'];
if (resultsFolder) reporters.push(['json', { outputFile: join(resultsFolder, `${Date.now()}-${process.pid}.json`) }]);

/** The files that take longest, as measured on two processors: the first took more than two minutes, the last one. */
const LONGEST = [
  'volume-drill',
  'home-backup',
  'ledger',
  'volume-repo',
  'image-forms',
  'hostile',
  'volume-restore',
  'restic-reader',
  'volume-hold',
  'volume-dump',
  'restic-faults',
  'restic-servers',
  'container-image',
  'volume-daemon',
  'restic-engine',
];

/** Starts the longest files first, so that no worker is left alone with one at the end; the others come as ever. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/test/e2e/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return (await super.sort(files)).sort((one, other) => place(one) - place(other));
  }
}

export default defineConfig({
  test: {
    reporters,
    sequence: { sequencer: LongestFirst },
    // Modules are translated once and kept by their content. The folder goes with the checkout, not with its packages.
    experimental: { fsModuleCache: true, fsModuleCachePath: join(import.meta.dirname, '.scratch/modules') },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/unit/**/*.test.ts'],
          pool: 'threads',
          // Unit tests share nothing but pure modules: loading those once takes a third off.
          isolate: false,
          // As many as there are processors: left to itself, one of two stays idle.
          maxWorkers: '100%',
          // A busy machine is no failure; what never ends still is.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          // Each file has engines and servers of its own, which wait more than they work: three keep two processors busy.
          maxWorkers: 3,
          testTimeout: 180_000,
          hookTimeout: 420_000,
        },
      },
      {
        test: {
          name: 'soak',
          include: ['test/soak/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 420_000,
        },
      },
    ],
  },
});
