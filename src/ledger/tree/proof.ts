import { HoldfastError } from '#core/errors.ts';
import { foldRight } from '#ledger/tree/compact-range.ts';
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from '#ledger/tree/hash.ts';

/** The hash of a perfect subtree: of the leaves from `index * 2^level` on, `2^level` of them. */
export type NodeAt = (level: number, index: number) => Promise<Buffer>;

/**
 * The hashes that lead from the leaf at `index` (from 0) to the root of a tree of `size` leaves, the leaf's sibling
 * first (RFC 9162, section 2.1.3.1). Asks only for subtrees that lie within the tree.
 * @throws `LEDGER_PROOF_RANGE` unless index < size
 */
export async function inclusionProof(index: number, size: number, nodeAt: NodeAt): Promise<Buffer[]> {
  if (!isIndex(index, size)) throw outside(`leaf ${index} of a tree of ${size}`);
  return climb(index, size, 0, nodeAt);
}

/**
 * The hashes that show that a tree of `newSize` leaves begins with the tree of `oldSize` (RFC 9162, section 2.1.4.1).
 * None for equal sizes, and none for an empty old tree, which every tree begins with.
 * @throws `LEDGER_PROOF_RANGE` unless oldSize <= newSize
 */
export async function consistencyProof(oldSize: number, newSize: number, nodeAt: NodeAt): Promise<Buffer[]> {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize)
    throw outside(`trees of ${oldSize} and ${newSize} leaves`);
  if (oldSize === 0 || oldSize === newSize) return [];
  // From the last perfect subtree of the old tree, which both trees have.
  let [level, index] = [0, oldSize - 1];
  while (index % 2 === 1) [level, index] = [level + 1, half(index)];
  const path = await climb(index, newSize, level, nodeAt);
  // A perfect old tree is that subtree itself, and its root is known to whoever checks.
  return index === 0 ? path : [await nodeAt(level, index), ...path];
}

/**
 * Whether the leaf hash stands at `index` in the tree of `size` leaves with this root (RFC 9162, section 2.1.3.2).
 * False for everything that is not exactly so; never throws.
 */
export function verifyInclusion(
  leafHash: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isIndex(index, size) || ![leafHash, root, ...proof].every(isHash)) return false;
  let [node, last, hash] = [index, size - 1, leafHash];
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      [node, last] = toOdd(node, last);
    } else hash = nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && same(hash, root);
}

/**
 * Whether the tree of `newSize` leaves begins with the tree of `oldSize` (RFC 9162, section 2.1.4.2). Sizes may be
 * equal, and the old tree empty: nothing is to prove then but the roots, and the proof must be empty.
 * False for everything that is not exactly so; never throws.
 */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Uint8Array,
  newSize: number,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize) return false;
  if (![oldRoot, newRoot, ...proof].every(isHash)) return false;
  if (oldSize === 0 && !same(oldRoot, EMPTY_ROOT)) return false;
  if (oldSize === newSize) return proof.length === 0 && same(oldRoot, newRoot);
  if (oldSize === 0) return proof.length === 0;
  let [node, last] = [oldSize - 1, newSize - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // A perfect old tree is a subtree of the new one, and the proof leaves its root out.
  const [first, ...path] = node === 0 ? [oldRoot, ...proof] : proof;
  if (first === undefined) return false;
  let [oldHash, newHash] = [first, first];
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      [node, last] = toOdd(node, last);
    } else newHash = nodeHash(newHash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && same(oldHash, oldRoot) && same(newHash, newRoot);
}

/** Siblings on the way from a node to the root; a node without one is its own parent. */
async function climb(from: number, size: number, fromLevel: number, nodeAt: NodeAt): Promise<Buffer[]> {
  const path: Buffer[] = [];
  let [node, level] = [from, fromLevel];
  let last = Math.floor((size - 1) / 2 ** fromLevel);
  for (; last > 0; level += 1) {
    if (node % 2 === 1) path.push(await nodeAt(level, node - 1));
    else if (node < last) path.push(await subtree(level, node + 1, size, nodeAt));
    [node, last] = [half(node), half(last)];
  }
  return path;
}

/** The hash of a subtree that the tree's end may cut short: of its perfect parts then. */
async function subtree(level: number, index: number, size: number, nodeAt: NodeAt): Promise<Buffer> {
  const parts: Buffer[] = [];
  const end = Math.min((index + 1) * 2 ** level, size);
  let start = index * 2 ** level;
  for (let part = level; start < end; part -= 1) {
    const width = 2 ** part;
    if (end - start < width) continue;
    parts.push(await nodeAt(part, start / width));
    start += width;
  }
  return foldRight(parts) ?? EMPTY_ROOT;
}

/** Up past the levels on which a node has no sibling: it was the last one, and a left one. */
function toOdd(from: number, fromLast: number): [number, number] {
  let [node, last] = [from, fromLast];
  while (node % 2 === 0 && node > 0) [node, last] = [half(node), half(last)];
  return [node, last];
}

// Bitwise operators stop at 32 bits, sizes do not.
function half(value: number): number {
  return Math.floor(value / 2);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function isIndex(index: number, size: number): boolean {
  return isSize(index) && isSize(size) && index < size;
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

function same(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function outside(what: string): HoldfastError {
  return new HoldfastError('LEDGER_PROOF_RANGE', `There is no proof for ${what}`);
}
