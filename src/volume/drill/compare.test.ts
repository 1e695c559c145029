import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareValues, type Movement, movementOf } from '#volume/drill/compare.ts';

const NONE: Movement = { kind: 'none' };

test('the same value is the same, however it moved', () => {
  for (const kind of ['none', 'text', 'unknown'] as const)
    expect(compareValues('rows 7', { kind }, 'rows 7')).toEqual({ kind: 'same' });
});

test('where nothing moved, any other value differs', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, restored) => {
      fc.pre(before !== restored);
      expect(compareValues(before, NONE, restored).kind).toBe('differs');
    }),
  );
});

test('an empty database differs, whatever is known of how it moved', () => {
  const movements: Movement[] = [NONE, { kind: 'text' }, { kind: 'unknown' }, { kind: 'numbers', changes: [5, 0] }];
  for (const movement of movements) {
    expect(compareValues('a 120\nb 3', movement, 'a 0\nb 0').kind).toBe('differs');
    expect(compareValues('a 120\nb 3', movement, '').kind).toBe('differs');
    expect(compareValues('12', movement, '0').kind).toBe('differs');
  }
});

test('numbers that moved may differ by as much again, and no more', () => {
  const movement = movementOf('rows 100, size 7', 'rows 110, size 7');
  expect(movement).toEqual({ kind: 'numbers', changes: [10, 0] });
  expect(compareValues('rows 100, size 7', movement, 'rows 104, size 7')).toEqual({ kind: 'near' });
  expect(compareValues('rows 100, size 7', movement, 'rows 120, size 7')).toEqual({ kind: 'near' });
  expect(compareValues('rows 100, size 7', movement, 'rows 121, size 7').kind).toBe('differs');
  expect(compareValues('rows 100, size 7', movement, 'rows 104, size 6').kind).toBe('differs');
});

test('what lies between the two moments is near', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 ** 9 }),
      fc.integer({ min: 1, max: 10 ** 6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (start, change, at) => {
        const movement = movementOf(`t ${start}`, `t ${start + change}`);
        expect(['same', 'near']).toContain(
          compareValues(`t ${start}`, movement, `t ${start + Math.floor(change * at)}`).kind,
        );
      },
    ),
  );
});

test('other words differ; a table that came meanwhile leaves it unsure', () => {
  expect(compareValues('a 1\nb 2', { kind: 'unknown' }, 'a 1').kind).toBe('differs');
  expect(movementOf('a 1', 'a 1\nb 2')).toEqual({ kind: 'text' });
  expect(compareValues('a 1', { kind: 'text' }, 'a 1\nb 2').kind).toBe('unsure');
});

test('where nobody knows how it moved, another scale differs, and a small step is unsure', () => {
  const unknown = movementOf('rows 100', undefined);
  expect(compareValues('rows 100', unknown, 'rows 40').kind).toBe('differs');
  expect(compareValues('rows 100', unknown, 'rows 93').kind).toBe('unsure');
});

test('reasons say no value', () => {
  const movements: Movement[] = [NONE, { kind: 'text' }, { kind: 'unknown' }, { kind: 'numbers', changes: [987_654] }];
  for (const movement of movements) {
    for (const restored of ['secret 123456789', 'other 42']) {
      const result = compareValues('secret 123456788', movement, restored);
      expect(JSON.stringify(result)).not.toMatch(/secret|other 4|12345|9876/);
    }
  }
});
