import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { readZipDirectory, type ZipLimits } from '#base/zip/directory.ts';
import { readZipEntry } from '#base/zip/entry.ts';
import { type MadeEntry, makeZip } from '#base/zip/zip.fixture.ts';
import { HoldfastError } from '#core/errors.ts';

/** A busy machine is no failure. */
vi.setConfig({ testTimeout: 60_000 });

const LIMITS: ZipLimits = { entries: 10, directoryBytes: 10_000, entryBytes: 100_000, totalBytes: 200_000 };

function unzip(archive: Buffer, limits = LIMITS): Record<string, string> {
  const read = (offset: number, length: number) => {
    if (offset + length > archive.length) throw new HoldfastError('FILE_TRUNCATED', 'The file ends early');
    return archive.subarray(offset, offset + length);
  };
  const entries = readZipDirectory(read, archive.length, limits);
  return Object.fromEntries(
    Array.from(entries, (entry) => [entry.name, String(readZipEntry(read, archive.length, entry, limits))]),
  );
}

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof HoldfastError ? error.code : `not coded: ${String(error)}`;
  }
  return 'none';
}

const PLAIN: readonly MadeEntry[] = [
  { name: 'a.json', bytes: Buffer.from('{"a":1}'.repeat(100)) },
  { name: 'dir/b.json', bytes: Buffer.from('stored'), stored: true },
  { name: 'empty', bytes: Buffer.alloc(0) },
];

describe('a ZIP archive', () => {
  it.each([false, true])('gives its entries (ZIP64: %s)', (wide) => {
    expect(unzip(makeZip(PLAIN, wide))).toEqual({ 'a.json': '{"a":1}'.repeat(100), 'dir/b.json': 'stored', empty: '' });
  });

  it('without entries is empty', () => {
    expect(unzip(makeZip([]))).toEqual({});
  });

  it('may end with a comment', () => {
    const archive = makeZip(PLAIN);
    archive.writeUInt16LE(3, archive.length - 2);
    expect(Object.keys(unzip(Buffer.concat([archive, Buffer.from('hey')])))).toHaveLength(3);
  });

  it('is refused with more entries, or more bytes, than allowed', () => {
    expect(code(() => unzip(makeZip(PLAIN), { ...LIMITS, entries: 2 }))).toBe('ZIP_LIMIT');
    expect(code(() => unzip(makeZip(PLAIN), { ...LIMITS, totalBytes: 50 }))).toBe('ZIP_LIMIT');
    expect(code(() => unzip(makeZip(PLAIN), { ...LIMITS, directoryBytes: 50 }))).toBe('ZIP_LIMIT');
    expect(code(() => unzip(makeZip(PLAIN), { ...LIMITS, entryBytes: 50 }))).toBe('ZIP_ENTRY_INVALID');
  });

  it('is refused when its entries overlap', () => {
    const archive = makeZip([{ name: 'a', bytes: Buffer.alloc(9000), stored: true }]);
    const header = archive.subarray(archive.length - 22 - 47, archive.length - 22);
    const end = Buffer.from(archive.subarray(archive.length - 22));
    end.writeUInt16LE(2, 10);
    end.writeUInt32LE(2 * 47, 12);
    expect(code(() => unzip(Buffer.concat([archive.subarray(0, -22), header, end])))).toBe('ZIP_LIMIT');
  });

  it('refuses an entry that grows beyond its size, or whose bytes are others', () => {
    const bytes = Buffer.alloc(50_000);
    for (const lies of [{ sizeBytes: 10 }, { sizeBytes: 60_000 }, { crc32: 1 }, { method: 99 }, { flags: 1 }]) {
      expect(code(() => unzip(makeZip([{ name: 'a', bytes, lies }])))).toBe('ZIP_ENTRY_INVALID');
    }
  });

  it('ends in a coded error wherever it is cut off', () => {
    const archive = makeZip(PLAIN);
    for (let length = 0; length < archive.length; length += 1) {
      expect(code(() => unzip(archive.subarray(0, length)))).toMatch(/^(ZIP|FILE)_/);
    }
  });

  it('ends in a coded error, or is right, whatever byte is changed', () => {
    const archive = makeZip(PLAIN, true);
    const change = fc.tuple(fc.nat(archive.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const damaged = Buffer.from(archive);
        for (const [at, bits] of changes) damaged[at] = (damaged[at] ?? 0) ^ bits;
        expect(code(() => unzip(damaged))).toMatch(/^(none|ZIP_|FILE_)/);
      }),
      { numRuns: 300 },
    );
  });
});
