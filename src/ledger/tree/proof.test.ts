import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_ROOT } from './hash.ts';
import { consistencyProof, inclusionProof, type NodeAt, verifyConsistency, verifyInclusion } from './proof.ts';

const MOST = 130;
const sha256 = (...parts: readonly Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
const LEAVES = Array.from({ length: MOST }, (_, index) => sha256(Buffer.from([0, index])));
const leafAt = (index: number) => LEAVES[index] ?? Buffer.alloc(0);

/** The tree as RFC 6962, section 2.1, defines it: the largest power of two below the size goes left. */
const kept = new Map<number, Buffer>();
function hashOf(from: number, to: number): Buffer {
  if (to - from === 0) return EMPTY_ROOT;
  if (to - from === 1) return leafAt(from);
  const name = from * 1000 + to;
  const middle = from + splitOf(to - from);
  const hash = kept.get(name) ?? sha256(Buffer.of(1), hashOf(from, middle), hashOf(middle, to));
  kept.set(name, hash);
  return hash;
}

const splitOf = (size: number) => 2 ** Math.ceil(Math.log2(size) - 1);

/** PATH of RFC 6962, section 2.1.1. */
function path(index: number, from: number, to: number): Buffer[] {
  if (to - from <= 1) return [];
  const middle = from + splitOf(to - from);
  return index < middle
    ? [...path(index, from, middle), hashOf(middle, to)]
    : [...path(index, middle, to), hashOf(from, middle)];
}

/** SUBPROOF of RFC 6962, section 2.1.2; `whole` while the old tree's root is known to whoever checks. */
function subproof(oldEnd: number, from: number, to: number, whole: boolean): Buffer[] {
  if (oldEnd === to) return whole ? [] : [hashOf(from, to)];
  const middle = from + splitOf(to - from);
  return oldEnd <= middle
    ? [...subproof(oldEnd, from, middle, whole), hashOf(middle, to)]
    : [...subproof(oldEnd, middle, to, false), hashOf(from, middle)];
}

/** Gives perfect subtrees of a tree, and fails the test when asked for any other. */
const nodesOf =
  (size: number): NodeAt =>
  async (level, index) => {
    const [from, to] = [index * 2 ** level, (index + 1) * 2 ** level];
    if (to > size) expect.fail(`${level}/${index} of ${size}`);
    return hashOf(from, to);
  };

const same = (left: readonly Buffer[], right: readonly Buffer[]) =>
  left.length === right.length && Buffer.concat(left).equals(Buffer.concat(right));

const flipped = (hash: Buffer) => {
  const other = Buffer.from(hash);
  other[31] = (other[31] ?? 0) ^ 1;
  return other;
};

/** A proof with one thing wrong, in every way. */
function* wrongProofs(proof: readonly Buffer[]): Generator<readonly Buffer[]> {
  yield [...proof, leafAt(0)];
  yield [leafAt(0), ...proof];
  for (const [at, hash] of proof.entries()) {
    yield proof.with(at, flipped(hash));
    yield proof.with(at, hash.subarray(1));
    yield proof.with(at, Buffer.concat([hash, hash]));
    yield proof.toSpliced(at, 1);
    yield proof.toSpliced(at, 0, hash);
    if (at > 0) yield proof.with(at, proof[at - 1] ?? hash).with(at - 1, hash);
  }
}

describe('inclusion proofs', () => {
  it('are those of RFC 6962 for every leaf of every tree, and verify', async () => {
    for (let size = 1; size <= MOST; size += 1) {
      const root = hashOf(0, size);
      for (let index = 0; index < size; index += 1) {
        const proof = await inclusionProof(index, size, nodesOf(size));
        const right = same(proof, path(index, 0, size)) && verifyInclusion(leafAt(index), index, size, proof, root);
        if (!right) expect.fail(`${index} of ${size}`);
      }
    }
  });

  it('prove nothing once a bit, a length, a leaf, a place or the root is another', async () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 21, 33, 64, 100]) {
      const root = hashOf(0, size);
      for (let index = 0; index < size; index += 1) {
        const [leaf, proof] = [leafAt(index), await inclusionProof(index, size, nodesOf(size))];
        const believed = [...wrongProofs(proof)].filter((wrong) => verifyInclusion(leaf, index, size, wrong, root));
        expect(believed).toEqual([]);
        expect(verifyInclusion(flipped(leaf), index, size, proof, root)).toBe(false);
        expect(verifyInclusion(leaf, index, size, proof, flipped(root))).toBe(false);
        const places = Array.from({ length: size }, (_, other) => other);
        expect(places.filter((other) => verifyInclusion(leaf, other, size, proof, root))).toEqual([index]);
      }
    }
  });

  it('are refused outside the tree, in numbers that are no place, and for hashes of other lengths', async () => {
    const leaf = leafAt(0);
    for (const [index, size] of [
      [0, 0],
      [1, 1],
      [-1, 1],
      [0.5, 1],
      [0, -1],
      [0, 2 ** 53],
      [Number.NaN, 1],
      [0, Infinity],
    ] as const) {
      expect(verifyInclusion(leaf, index, size, [], leaf)).toBe(false);
      await expect(inclusionProof(index, size, nodesOf(1))).rejects.toMatchObject({ code: 'LEDGER_PROOF_RANGE' });
    }
    expect(verifyInclusion(leaf.subarray(1), 0, 1, [], leaf.subarray(1))).toBe(false);
    expect(verifyInclusion(Buffer.alloc(0), 0, 1, [], Buffer.alloc(0))).toBe(false);
  });

  it('end where the tree ends, whatever root is shown', () => {
    const [leaf, more] = [leafAt(0), leafAt(1)];
    expect(verifyInclusion(leaf, 0, 1, [more], sha256(Buffer.of(1), more, leaf))).toBe(false);
    expect(verifyInclusion(leaf, 0, 1, [more], sha256(Buffer.of(1), leaf, more))).toBe(false);
    const root = sha256(Buffer.of(1), leaf, more);
    expect(verifyInclusion(leaf, 0, 2, [more], root)).toBe(true);
    expect(verifyInclusion(leaf, 0, 2, [more, more], sha256(Buffer.of(1), more, root))).toBe(false);
  });

  it('work at the largest size', async () => {
    const size = Number.MAX_SAFE_INTEGER;
    const nodeAt: NodeAt = async (level, index) => sha256(Buffer.from(`${level}/${index}`));
    for (const index of [0, 2 ** 52 - 1, 2 ** 52, size - 1]) {
      const proof = await inclusionProof(index, size, nodeAt);
      expect(proof.length).toBeGreaterThan(50);
      expect(verifyInclusion(leafAt(0), index, size, proof, leafAt(0))).toBe(false);
    }
    expect((await inclusionProof(size - 1, size, nodeAt)).length).toBe(52);
  });
});

describe('consistency proofs', () => {
  it('are those of RFC 6962 between all trees, and verify', async () => {
    for (let size = 1; size <= MOST; size += 1) {
      for (let old = 1; old <= size; old += 1) {
        const proof = await consistencyProof(old, size, nodesOf(size));
        const right = verifyConsistency(old, hashOf(0, old), size, hashOf(0, size), proof);
        if (!right || !same(proof, subproof(old, 0, size, true))) expect.fail(`${old} of ${size}`);
      }
    }
  });

  it('prove nothing once a bit, a length or a root is another', async () => {
    for (const size of [2, 3, 4, 5, 7, 8, 9, 13, 16, 21, 33, 64, 100]) {
      for (let old = 1; old <= size; old += 1) {
        const [oldRoot, root] = [hashOf(0, old), hashOf(0, size)];
        const proof = await consistencyProof(old, size, nodesOf(size));
        const believed = [...wrongProofs(proof)].filter((wrong) => verifyConsistency(old, oldRoot, size, root, wrong));
        expect(believed).toEqual([]);
        expect(verifyConsistency(old, flipped(oldRoot), size, root, proof)).toBe(false);
        expect(verifyConsistency(old, oldRoot, size, flipped(root), proof)).toBe(false);
      }
    }
  });

  it('need nothing from an empty tree or between equal ones, but the right roots', () => {
    const root = hashOf(0, 5);
    expect(verifyConsistency(0, EMPTY_ROOT, 5, root, [])).toBe(true);
    expect(verifyConsistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])).toBe(true);
    expect(verifyConsistency(5, root, 5, root, [])).toBe(true);
    expect(verifyConsistency(0, root, 5, root, [])).toBe(false);
    expect(verifyConsistency(0, root, 0, root, [])).toBe(false);
    expect(verifyConsistency(0, EMPTY_ROOT, 5, root, [root])).toBe(false);
    expect(verifyConsistency(5, root, 5, flipped(root), [])).toBe(false);
    expect(verifyConsistency(5, root, 5, root, [root])).toBe(false);
    expect(verifyConsistency(4, hashOf(0, 4), 5, root, [])).toBe(false);
    expect(verifyConsistency(3, hashOf(0, 3), 5, root, [])).toBe(false);
  });

  it('are refused for a tree that shrank and for numbers that are no size', async () => {
    const root = leafAt(0);
    for (const [old, size] of [
      [2, 1],
      [-1, 1],
      [0.5, 1],
      [1, 2 ** 53],
      [Number.NaN, 1],
      [1, Infinity],
    ] as const) {
      expect(verifyConsistency(old, root, size, root, [])).toBe(false);
      await expect(consistencyProof(old, size, nodesOf(1))).rejects.toMatchObject({ code: 'LEDGER_PROOF_RANGE' });
    }
  });
});

it('checking never throws, and believes no made-up proof', () => {
  const hash = fc
    .uint8Array({ maxLength: 40 })
    .chain((bytes) => fc.constantFrom(bytes, Buffer.alloc(32, bytes[0] ?? 0)));
  const number = fc.oneof(fc.nat(20), fc.double(), fc.maxSafeNat(), fc.constant(2 ** 53));
  fc.assert(
    fc.property(hash, number, number, fc.array(hash, { maxLength: 70 }), hash, (leaf, index, size, proof, root) => {
      const single = size === 1 && index === 0 && proof.length === 0 && Buffer.compare(leaf, root) === 0;
      expect(verifyInclusion(leaf, index, size, proof, root)).toBe(single && leaf.length === 32);
      expect(typeof verifyConsistency(index, leaf, size, root, proof)).toBe('boolean');
    }),
    { numRuns: 500 },
  );
});
