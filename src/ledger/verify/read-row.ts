import { HoldfastError } from '#core/errors.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { decodeLeaf } from '#ledger/leaf.ts';
import { HASH_BYTES, leafHash } from '#ledger/tree/hash.ts';

/** Bytes as characters: what compares with them is written the same way, {@link asBytes}. */
export type Bytes = string;

/** The columns of a row, as they are stored. */
export interface Columns {
  readonly leaf: Bytes;
  /** Hexadecimal. */
  readonly leafHash: string;
  readonly stream: Bytes;
  readonly version: Bytes;
  readonly type: Bytes;
  readonly schemaVersion: Bytes;
  readonly actor: Bytes;
  readonly at: Bytes;
  readonly key: Bytes;
}

/** A row with what its bytes say. */
export interface ReadRow {
  readonly position: number;
  readonly columns: Columns;
  /** False: a column holds another type of value than is ever recorded. */
  readonly typed: boolean;
  /** No column holds a quote or a backslash, so that names stand in the leaf as they stand in their columns. */
  readonly plain: boolean;
  /** Leaf hash of the bytes as they are. */
  readonly hash: Buffer;
  /** The same, hexadecimal. */
  readonly hex: string;
  /** `undefined`: the bytes are no event. Read when somebody asks: of a row that plainly fits nobody does. */
  readonly event: () => LedgerEvent | undefined;
}

const LENGTH_BYTES = 10;
const SEPARATOR = '\u001f';
const COLUMNS = 10;

/**
 * Takes a page apart: for each row the lengths of words and leaf (ten characters each), the words (position, whether all
 * columns have their types, hash and names, with a separator that no recorded name holds), the leaf.
 * @param hashes leaf hashes of all rows, where somebody made them already
 */
export function readRows(page: Buffer, hashes?: Buffer): readonly ReadRow[] {
  const rows: ReadRow[] = [];
  const text = page.toString('latin1');
  const hexes = hashes?.toString('hex') ?? '';
  for (let from = 0; from < text.length; ) {
    const words = from + 2 * LENGTH_BYTES;
    const leaf = words + Number(text.slice(from, from + LENGTH_BYTES));
    const end = leaf + Number(text.slice(from + LENGTH_BYTES, words));
    const bytes = page.subarray(leaf, end);
    const at = rows.length * HASH_BYTES;
    const hash = hashes?.subarray(at, at + HASH_BYTES) ?? leafHash(bytes);
    const hex = hashes === undefined ? hash.toString('hex') : hexes.slice(2 * at, 2 * (at + HASH_BYTES));
    rows.push(readRow(text.slice(words, leaf), text.slice(leaf, end), bytes, hash, hex));
    from = end;
  }
  return rows;
}

function readRow(text: string, leaf: Bytes, bytes: Buffer, hash: Buffer, hex: string): ReadRow {
  const words = text.split(SEPARATOR);
  const [position, typed, kept = '', stream = '', version = '', type = '', schemaVersion = '', ...names] = words;
  const [actor = '', at = '', key = ''] = names;
  return {
    position: Number(position),
    columns: { leaf, leafHash: kept, stream, version, type, schemaVersion, actor, at, key },
    typed: typed === '1' && words.length === COLUMNS,
    plain: !text.includes('"') && !text.includes('\\'),
    hash,
    hex,
    event: () => eventOf(bytes),
  };
}

/** A text's bytes as characters. */
export function asBytes(text: string): Bytes {
  return Buffer.from(text).toString('latin1');
}

function eventOf(leaf: Buffer): LedgerEvent | undefined {
  try {
    return decodeLeaf(leaf);
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}
