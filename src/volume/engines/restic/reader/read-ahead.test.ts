import { expect, it } from 'vitest';
import { gatheredList } from '../../../../../test/fakes/chunks.ts';
import { readAhead } from './read-ahead.ts';

it('gives outcomes in order, whichever is there first, and never more are under way than it may', async () => {
  let under = 0;
  let most = 0;
  const read = async (item: number) => {
    under += 1;
    most = Math.max(most, under);
    for (let turns = 10 - item; turns > 0; turns -= 1) await Promise.resolve();
    under -= 1;
    if (item === 3) throw new Error('third');
    return item * 2;
  };
  const found = await gatheredList(readAhead([1, 2, 3, 4, 5, 6], 3, read));
  expect(found.map(({ item }) => item)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(found.map(({ outcome }) => (outcome.kind === 'done' ? outcome.value : 'failed'))).toEqual([
    ...[2, 4, 'failed', 8, 10, 12],
  ]);
  expect(most).toBe(3);
});

it('throws what the list throws, after nothing is left unanswered', async () => {
  const items = async function* () {
    yield 1;
    throw new Error('of the list');
  };
  await expect(gatheredList(readAhead(items(), 4, async () => Promise.reject(new Error('of one'))))).rejects.toThrow(
    'of the list',
  );
});
