import { HoldfastError } from '#core/errors.ts';
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from '#ledger/tree/hash.ts';

/** All that a growing tree needs to remember of its leaves: what to append to, and the root. */
export interface CompactRange {
  /** Leaves, at most 2^53 - 1. */
  readonly size: number;
  /** Roots of the largest perfect subtrees, left to right: one for each bit that is set in `size`, at most 53. */
  readonly hashes: readonly Buffer[];
}

/** Is told a perfect subtree that has become complete. Level 0 is a leaf; `index` counts subtrees of that level. */
export type OnNode = (level: number, index: number, hash: Buffer) => void;

/** A tree that grows in place, for whoever goes through many leaves. */
export interface TreeBuilder {
  readonly size: number;
  append(leafHash: Buffer): void;
  /** Of the leaves so far. */
  root(): Buffer;
}

/** Of no leaves. */
export const EMPTY_RANGE: CompactRange = { size: 0, hashes: [] };

/**
 * The range with one leaf more; the given one stays as it is.
 * @throws `LEDGER_HASH_MALFORMED` for a leaf hash that has not 32 bytes
 */
export function appendLeaf({ size, hashes }: CompactRange, leafHash: Buffer, onNode?: OnNode): CompactRange {
  const grown = [...hashes];
  push(grown, size, leafHash, onNode);
  return { size: size + 1, hashes: grown };
}

/** RFC 6962, section 2.1. */
export function rootOf({ hashes }: CompactRange): Buffer {
  return foldRight(hashes) ?? EMPTY_ROOT;
}

/** Begins with `range`, by default with nothing. */
export function treeBuilder(range: CompactRange = EMPTY_RANGE, onNode?: OnNode): TreeBuilder {
  const hashes = [...range.hashes];
  let { size } = range;
  return {
    get size() {
      return size;
    },
    append: (leafHash) => {
      push(hashes, size, leafHash, onNode);
      size += 1;
    },
    root: () => foldRight(hashes) ?? EMPTY_ROOT,
  };
}

/** The hashes one after the other; the size is kept beside them. */
export function encodeRange({ hashes }: CompactRange): Buffer {
  return Buffer.concat(hashes);
}

/** @throws `LEDGER_RANGE_MALFORMED` when a tree of that size has not as many hashes, or there is no such size */
export function decodeRange(size: number, bytes: Uint8Array): CompactRange {
  const count = Number.isSafeInteger(size) && size >= 0 ? setBits(size) : Number.NaN;
  if (bytes.length !== count * HASH_BYTES) {
    throw new HoldfastError('LEDGER_RANGE_MALFORMED', `${bytes.length} bytes of hashes for a tree of ${size} leaves`, {
      hint: 'The ledger was changed from outside. holdfast ledger verify says what happened.',
    });
  }
  const own = Buffer.from(bytes);
  const hashes = Array.from({ length: count }, (_, at) => own.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  return { size, hashes };
}

/** Joins perfect subtrees from the right: the root over them all, undefined for none. */
export function foldRight(hashes: readonly Buffer[]): Buffer | undefined {
  let root = hashes.at(-1);
  for (let at = hashes.length - 2; at >= 0; at -= 1) {
    const left = hashes[at];
    if (left !== undefined && root !== undefined) root = nodeHash(left, root);
  }
  return root;
}

/** Adds a leaf behind `size` others; every subtree that this completes takes the place of its two halves. */
function push(hashes: Buffer[], size: number, leafHash: Buffer, onNode: OnNode | undefined): void {
  if (leafHash.length !== HASH_BYTES) {
    throw new HoldfastError('LEDGER_HASH_MALFORMED', `A leaf hash of ${leafHash.length} bytes: it must have 32`);
  }
  let node = leafHash;
  onNode?.(0, size, node);
  let index = size;
  for (let level = 1; index % 2 === 1; level += 1) {
    const left = hashes.pop();
    if (left === undefined) throw new HoldfastError('LEDGER_RANGE_MALFORMED', `A tree of ${size} leaves lacks hashes`);
    node = nodeHash(left, node);
    index = (index - 1) / 2;
    onNode?.(level, index, node);
  }
  hashes.push(node);
}

// Bitwise operators stop at 32 bits, sizes do not.
function setBits(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
