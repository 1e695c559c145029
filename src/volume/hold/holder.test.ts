import { expect, test } from 'vitest';
import { holderState, thisProcess } from '#volume/hold/holder.ts';

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

test('this process lives', () => {
  const self = thisProcess();
  expect(holderState(self, self)).toBe('alive');
});
