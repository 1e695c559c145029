import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../../tools/sum-results.mjs');

interface Run {
  readonly passed?: number;
  readonly failed?: number;
  readonly pending?: number;
  /** Files that failed, with the states of their tests. */
  readonly failedFiles?: readonly (readonly string[])[];
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-sum-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function summed(runs: readonly Run[], failedSteps: readonly string[] = []) {
  mkdirSync(join(folder, 'results'));
  runs.forEach(({ passed = 0, failed = 0, pending = 0, failedFiles = [] }, index) => {
    const results = {
      numPassedTests: passed,
      numFailedTests: failed,
      numPendingTests: pending,
      numTodoTests: 0,
      testResults: failedFiles.map((states) => ({
        status: 'failed',
        assertionResults: states.map((status) => ({ status })),
      })),
    };
    writeFileSync(join(folder, 'results', `${index}.json`), JSON.stringify(results));
  });
  writeFileSync(join(folder, 'failed'), failedSteps.map((step) => `${step}\n`).join(''));
  const ran = spawnSync(process.execPath, [SCRIPT, join(folder, 'results'), join(folder, 'failed')], {
    encoding: 'utf8',
  });
  return { code: ran.status, last: ran.stdout.trimEnd().split('\n').at(-1) };
}

describe('the closing line of CI', () => {
  it('adds up all runs', () => {
    const runs = [{ passed: 10, pending: 1 }, { passed: 5 }];
    expect(summed(runs)).toEqual({ code: 0, last: '15 passed, 0 failed, 1 skipped' });
  });

  it('fails with a failed test, whatever the steps said', () => {
    expect(summed([{ passed: 3, failed: 2, failedFiles: [['failed', 'failed']] }])).toEqual({
      code: 1,
      last: '3 passed, 2 failed, 0 skipped',
    });
  });

  it('counts a file that could not be loaded', () => {
    expect(summed([{ passed: 3, failedFiles: [[]] }])).toEqual({ code: 1, last: '3 passed, 1 failed, 0 skipped' });
  });

  it('counts a step that failed without a failed test: a linter, a crash, a run out of time', () => {
    expect(summed([{ passed: 3 }], ['npm test'])).toEqual({ code: 1, last: '3 passed, 1 failed, 0 skipped' });
  });

  it('fails when no test ran', () => {
    expect(summed([])).toEqual({ code: 1, last: '0 passed, 1 failed, 0 skipped' });
  });
});
