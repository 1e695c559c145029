import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// .ci/run adds up the results of all runs from these files.
const resultsFolder = process.env['HOLDFAST_TEST_RESULTS'];
const reporters: ('default' | ['json', { outputFile: string }])[] = ['default'];
if (resultsFolder) reporters.push(['json', { outputFile: join(resultsFolder, `${Date.now()}-${process.pid}.json`) }]);

export default defineConfig({
  test: {
    reporters,
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
          // Each file has engines and servers of its own, which wait more than they work.
          maxWorkers: 2,
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
