import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerEntry } from './entry.ts';
import { readFileTable, writeFileTable } from './file-table.ts';

const tableOf = (entries: readonly LayerEntry[]) => {
  const writer = writeFileTable();
  const sizes = entries.map((entry) => writer.add(entry));
  return { table: writer.finish(), sizes };
};
const file = (path: string): LayerEntry => ({ path, type: 'file', mode: 0o644, sizeBytes: 1 });

const name = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  // Halves of surrogate pairs, and paths that share all but the end.
  fc.string({ unit: fc.constantFrom('a', '/', '\ud83d', '\ude00', '\ud83d\ude00', 'é', '\u0000'), maxLength: 12 }),
  fc.nat(5).map((n) => `${'long/'.repeat(300)}${n}`),
);
const entry: fc.Arbitrary<LayerEntry> = fc.record(
  {
    path: name,
    type: fc.constantFrom('file', 'directory', 'symlink', 'hardlink', 'other'),
    mode: fc.nat(0o7777),
    sizeBytes: fc.maxSafeNat(),
    linkTarget: name,
  },
  { requiredKeys: ['path', 'type', 'mode', 'sizeBytes'] },
);

describe('a file table', () => {
  it('gives back every entry in order, whatever the paths; half characters become replacement characters', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
        const kept = entries.map(({ path, type, mode, sizeBytes, linkTarget }) => ({
          path: path.toWellFormed(),
          type,
          mode,
          sizeBytes,
          ...(type === 'hardlink' ? { linkTarget: (linkTarget ?? '').toWellFormed() } : {}),
        }));
        const { table, sizes } = tableOf(entries);
        expect([...readFileTable(table)]).toEqual(kept);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(table.length);
      }),
      { numRuns: 300 },
    );
  });

  it('takes few bytes for many files', () => {
    const { table } = tableOf(Array.from({ length: 10_000 }, (_, i) => file(`usr/share/doc/some-package/file-${i}`)));
    expect(table.length).toBeLessThan(10_000 * 16);
    expect([...readFileTable(table)].length).toBe(10_000);
  });

  it('that was cut off is an error, or ends with a whole entry', () => {
    const { table } = tableOf([file('usr/bin/a'), { ...file('usr/bin/b'), type: 'hardlink', linkTarget: 'usr/bin/a' }]);
    for (let length = 0; length < table.length; length += 1) {
      const read = () => [...readFileTable(table.subarray(0, length))];
      if (length === 0) expect(read()).toEqual([]);
      else if (length === 14) expect(read()).toEqual([file('usr/bin/a')]);
      else expect(read).toThrow(RangeError);
    }
  });
});
