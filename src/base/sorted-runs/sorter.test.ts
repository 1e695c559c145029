import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it, vi } from 'vitest';
import { createSorter } from '#base/sorted-runs/sorter.ts';

/** A busy machine is no failure. */
vi.setConfig({ testTimeout: 60_000 });

const directory = mkdtempSync(join(tmpdir(), 'holdfast-sorter-'));
afterAll(() => rmSync(directory, { recursive: true }));

function sortThrough(
  entries: readonly (readonly [string, string])[],
  memoryBytes: number,
): (readonly [string, string])[] {
  const sorter = createSorter({ directory, memoryBytes });
  try {
    for (const [key, body] of entries) sorter.add(Buffer.from(key).toString('latin1'), Buffer.from(body));
    return [...sorter.sorted()].map(({ key, body }) => [Buffer.from(key, 'latin1').toString(), body.toString()]);
  } finally {
    sorter.dispose();
  }
}

it('gives all entries by key, equal keys in the order they came, however little memory it has', () => {
  const entry = fc.tuple(fc.constantFrom('a', 'b', 'ab', '', 'é', '\u{1f600}', '\uffff'), fc.string({ maxLength: 20 }));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), fc.constantFrom(1, 600, 1_000_000), (entries, memoryBytes) => {
      const expected = entries
        .map((pair, order) => ({ pair, order, key: Buffer.from(pair[0]) }))
        .sort((a, b) => Buffer.compare(a.key, b.key) || a.order - b.order)
        .map(({ pair: [key, body] }) => [key, Buffer.from(body).toString()]);
      expect(sortThrough(entries, memoryBytes)).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

it('stays sorted and in order through so many runs that they are merged on the way', () => {
  const entries = Array.from({ length: 1100 }, (_, at): [string, string] => [`k${at % 7}`, String(at)]);
  const expected = entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  expect(sortThrough(entries, 1)).toEqual(expected);
});

it('sorts bodies larger than its window', () => {
  const large = 'x'.repeat(700_000);
  expect(
    sortThrough(
      [
        ['b', large],
        ['a', large],
      ],
      1,
    ),
  ).toEqual([
    ['a', large],
    ['b', large],
  ]);
});

it('leaves no files behind, even when the result is not read to its end', () => {
  const sorter = createSorter({ directory, memoryBytes: 1 });
  for (const key of ['c', 'b', 'a']) sorter.add(key, Buffer.alloc(0));
  for (const { key } of sorter.sorted()) {
    expect(key).toBe('a');
    break;
  }
  sorter.dispose();
  expect(readdirSync(directory)).toEqual([]);
});
