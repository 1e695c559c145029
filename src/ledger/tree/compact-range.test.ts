import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  appendLeaf,
  type CompactRange,
  decodeRange,
  EMPTY_RANGE,
  encodeRange,
  rootOf,
  treeBuilder,
} from './compact-range.ts';
import { EMPTY_ROOT, leafHash, nodeHash } from './hash.ts';

/** The leaves that tests of Certificate Transparency logs use everywhere, and the roots over the first n of them. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leafAt = (index: number) => leafHash(Buffer.from(`leaf ${index}`));

function rangeOf(size: number, onNode?: (level: number, index: number, hash: Buffer) => void): CompactRange {
  let range = EMPTY_RANGE;
  for (let index = 0; index < size; index += 1) range = appendLeaf(range, leafAt(index), onNode);
  return range;
}

describe('hashes of the tree', () => {
  it('hash leaves and nodes apart from each other', () => {
    const sha256 = (...parts: readonly Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
    const [left, right] = [leafAt(0), leafAt(1)];
    expect(nodeHash(left, right)).toEqual(sha256(Buffer.of(1), left, right));
    for (const size of [0, 1, 430, 65_534, 65_535, 65_536, 200_000]) {
      const bytes = Buffer.alloc(size, 7);
      expect(leafHash(bytes)).toEqual(sha256(Buffer.of(0), bytes));
    }
  });

  it('give each caller a hash of its own', () => {
    const first = leafHash(Buffer.from('a'));
    const kept = Buffer.from(first);
    leafHash(Buffer.from('b'));
    nodeHash(first, first);
    expect(first).toEqual(kept);
  });

  it('refuse a side that is no hash', () => {
    const bad = expect.objectContaining({ code: 'LEDGER_HASH_MALFORMED' });
    expect(() => nodeHash(leafAt(0).subarray(1), leafAt(1))).toThrow(bad);
    expect(() => nodeHash(leafAt(0), Buffer.alloc(33))).toThrow(bad);
    expect(() => appendLeaf(EMPTY_RANGE, Buffer.alloc(0))).toThrow(bad);
  });
});

describe('a compact range', () => {
  it('has the known roots of Certificate Transparency', () => {
    let range = EMPTY_RANGE;
    const roots = [rootOf(range)];
    for (const leaf of LEAVES) {
      range = appendLeaf(range, leafHash(Buffer.from(leaf, 'hex')));
      roots.push(rootOf(range));
    }
    expect(roots.map((root) => root.toString('hex'))).toEqual(ROOTS);
    expect(EMPTY_ROOT.toString('hex')).toBe(ROOTS[0]);
  });

  it('leaves the range as it was that it grew from', () => {
    const before = rangeOf(7);
    const root = rootOf(before);
    appendLeaf(before, leafAt(7));
    expect(before.size).toBe(7);
    expect(rootOf(before)).toEqual(root);
  });

  it('tells every perfect subtree once, when its last leaf comes', () => {
    const told = new Map<string, Buffer>();
    rangeOf(100, (level, index, hash) => {
      expect(told.has(`${level}/${index}`)).toBe(false);
      told.set(`${level}/${index}`, hash);
    });
    expect(told.size).toBe(100 + 50 + 25 + 12 + 6 + 3 + 1);
    for (const [name, hash] of told) {
      const [level = 0, index = 0] = name.split('/').map(Number);
      const below = [2 * index, 2 * index + 1].map((child) => told.get(`${level - 1}/${child}`) ?? Buffer.alloc(0));
      expect(hash).toEqual(level === 0 ? leafAt(index) : nodeHash(below[0] ?? hash, below[1] ?? hash));
    }
  });

  it('is read back from its bytes and goes on from there', () => {
    for (let size = 0; size <= 70; size += 1) {
      const range = rangeOf(size);
      const read = decodeRange(size, encodeRange(range));
      expect(read).toEqual(range);
      expect(rootOf(appendLeaf(read, leafAt(size)))).toEqual(rootOf(rangeOf(size + 1)));
    }
  });

  it('works at sizes beyond 32 bits', () => {
    const size = 2 ** 52 + 2 ** 33 + 1;
    const range = decodeRange(size, Buffer.alloc(3 * 32, 1));
    const told: unknown[] = [];
    const grown = appendLeaf(range, leafAt(0), (level, index) => told.push([level, index]));
    expect(told).toEqual([
      [0, size],
      [1, (size - 1) / 2],
    ]);
    expect(grown).toMatchObject({ size: size + 1, hashes: { length: 3 } });
    expect(decodeRange(Number.MAX_SAFE_INTEGER, Buffer.alloc(53 * 32)).hashes).toHaveLength(53);
  });

  it('refuses bytes that do not fit the size', () => {
    for (const [size, bytes] of [
      [1, 0],
      [1, 31],
      [1, 64],
      [3, 32],
      [0, 1],
      [-1, 0],
      [0.5, 0],
      [2 ** 53, 32],
      [Number.NaN, 0],
    ] as const) {
      expect(() => decodeRange(size, Buffer.alloc(bytes))).toThrow(
        expect.objectContaining({ name: 'HoldfastError', code: 'LEDGER_RANGE_MALFORMED' }),
      );
    }
  });

  it('grows in a builder as it grows in steps', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(80), (before, more) => {
        const builder = treeBuilder(rangeOf(before));
        for (let index = before; index < before + more; index += 1) builder.append(leafAt(index));
        expect(builder.size).toBe(before + more);
        expect(builder.root()).toEqual(rootOf(rangeOf(before + more)));
      }),
      { numRuns: 60 },
    );
  });
});
