import { expect } from 'vitest';
import type { ScanReport } from '#api/scan-report.ts';
import type { Ran } from './holdfast.ts';

/** The bound that every run keeps, whatever it is given. */
const MOST_BYTES = 512 * 1024 * 1024;

/** What every run must keep to, however it ends: no stack trace, no unknown error, bounded time and memory. */
export function expectDecent({ code, stdout, stderr, peakBytes }: Ran): void {
  expect(stderr + stdout).not.toMatch(/^\s+at .*[(:]\d+/m);
  expect(stderr).not.toContain('[INTERNAL]');
  expect(stderr).not.toContain('This should not happen');
  expect(code).toBeDefined();
  expect(peakBytes).toBeLessThan(MOST_BYTES);
}

/** The code in brackets that a run ended with; all it said where there is none. */
export function refusalOf({ stderr, stdout }: Ran): string {
  return /\[([A-Z0-9_]+)\]\n/.exec(stderr)?.[1] ?? stderr + stdout;
}

/** It ends with this code in brackets, says what to do, and prints no report. */
export function expectRefused(ran: Ran, name: string, exitCode = 1): void {
  expect(refusalOf(ran)).toBe(name);
  expect(ran.stderr).toMatch(/^holdfast: [^\n]+ \[[A-Z][A-Z0-9_]+\]\n {2}\S/);
  expect(ran.stdout).toBe('');
  expect(ran.code).toBe(exitCode);
}

/** It ends well, with problems of exactly these codes listed. */
export function expectProblems({ code, stdout }: Ran, names: readonly string[]): ScanReport {
  expect(code).toBe(0);
  const report: ScanReport = JSON.parse(stdout);
  expect([...new Set(report.problems.map((problem) => problem.code))].sort()).toEqual(names);
  return report;
}
