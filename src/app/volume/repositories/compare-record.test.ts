import { expect, it } from 'vitest';
import { compareRecord, type ExpectedSnapshot } from '#app/volume/repositories/compare-record.ts';

const expected = (...names: readonly string[]): readonly ExpectedSnapshot[] =>
  names.map((snapshot, at) => ({
    ...{ snapshot, tree: `tree of ${snapshot}`, at: `2026-11-2${at}`, of: 'db', position: at + 1, leaving: false },
  }));
const present = (...names: readonly string[]) =>
  names.map((id) => ({ id, time: '2026-11-20', tree: `tree of ${id}`, tags: ['holdfast'] }));
const compare = (known: readonly ExpectedSnapshot[], there: ReturnType<typeof present>) =>
  compareRecord(known, new Set(there.map(({ id }) => id)), there);

it('finds nothing where all is as recorded', () => {
  expect(compare(expected('a', 'b'), present('a', 'b'))).toEqual({
    ...{ known: 2, missing: [], rolledBackTo: null, foreign: [] },
  });
});

it('names one that was deleted, also the newest, and tells a state of the past', () => {
  expect(compare(expected('a', 'b', 'c'), present('a', 'c'))).toMatchObject({
    missing: [{ snapshot: 'b', of: 'db', position: 2 }],
    rolledBackTo: null,
  });
  expect(compare(expected('a', 'b', 'c'), present('a'))).toMatchObject({
    missing: [{ snapshot: 'b' }, { snapshot: 'c' }],
    rolledBackTo: '2026-11-20',
  });
  expect(compare(expected('a'), present())).toMatchObject({ missing: [{ snapshot: 'a' }], rolledBackTo: '' });
});

it('does not miss what is about to be forgotten', () => {
  const leaving = expected('a', 'b').map((one) => ({ ...one, leaving: one.snapshot === 'b' }));
  expect(compare(leaving, present('a'))).toMatchObject({ missing: [], rolledBackTo: null });
});

it('names foreign ones; copies with the same content and first passes are none', () => {
  const [copy, forged, pass] = present('x', 'y', 'z');
  const there = [
    ...present('a'),
    { ...copy, original: 'a', tree: 'tree of a' },
    { ...forged, original: 'a' },
    { ...pass, tags: ['holdfast-first-pass'] },
  ] as ReturnType<typeof present>;
  expect(compare(expected('a'), there).foreign.map(({ snapshot }) => snapshot)).toEqual(['y']);
});
