import { expect, test } from 'vitest';
import { startIn, startOf } from '#base/process/start-ticks.ts';

test('the name of a process does not hide its start, and a zombie has ended', () => {
  const rest = '1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 99 1';
  expect(startIn(`7 (a) b) R 1 (c) S ${rest}`)).toBe(12345);
  expect(startIn(`7 (node) Z ${rest}`)).toBeUndefined();
  expect(startIn('')).toBeUndefined();
});

test('this process has a start, one that is not there has none', () => {
  expect(startOf(process.pid)).toBeGreaterThanOrEqual(0);
  expect(startOf(2 ** 22 + 1)).toBeUndefined();
});
