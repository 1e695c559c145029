import { expect, test } from 'vitest';
import { holderState, startIn, thisProcess } from '#volume/hold/holder.ts';

const here = { pid: 7, startTicks: 99, bootId: 'boot', namespace: '1', host: 'here' };
const state = (other: Partial<typeof here>, start: number | undefined = 99) =>
  holderState({ ...here, ...other }, here, () => start);

test('a living holder is told from a dead one with the same number', () => {
  expect(state({})).toBe('alive');
  expect(state({}, 100)).toBe('dead');
  expect(holderState(here, here, () => undefined)).toBe('dead');
  expect(state({ bootId: 'before' })).toBe('dead');
});

test('of other machines and namespaces nothing can be seen', () => {
  expect(state({ host: 'there' })).toBe('elsewhere');
  expect(state({ host: 'there', bootId: 'other' })).toBe('elsewhere');
  expect(state({ namespace: '2' })).toBe('elsewhere');
});

test('the name of a process does not hide its start, and a zombie has ended', () => {
  const rest = '1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 99 1';
  expect(startIn(`7 (a) b) R 1 (c) S ${rest}`)).toBe(12345);
  expect(startIn(`7 (node) Z ${rest}`)).toBeUndefined();
  expect(startIn('')).toBeUndefined();
});

test('this process lives', () => {
  const self = thisProcess();
  expect(holderState(self, self)).toBe('alive');
});
