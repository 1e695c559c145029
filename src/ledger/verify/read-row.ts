import { HoldfastError } from '#core/errors.ts';
import type { LedgerEvent } from '#ledger/event.ts';
import { decodeLeaf } from '#ledger/leaf.ts';
import { leafHash } from '#ledger/tree/hash.ts';

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
 */
export function readRows(page: Buffer): readonly ReadRow[] {
  const rows: ReadRow[] = [];
  const text = page.toString('latin1');
  for (let from = 0; from < text.length; ) {
    const words = from + 2 * LENGTH_BYTES;
    const leaf = words + Number(text.slice(from, from + LENGTH_BYTES));
    const end = leaf + Number(text.slice(from + LENGTH_BYTES, words));
    rows.push(readRow(text.slice(words, leaf), text.slice(leaf, end), page.subarray(leaf, end)));
    from = end;
  }
  return rows;
}

function readRow(text: string, leaf: Bytes, bytes: Buffer): ReadRow {
  const words = text.split(SEPARATOR);
  const hash = leafHash(bytes);
  const [position, typed, kept = '', stream = '', version = '', type = '', schemaVersion = '', ...names] = words;
  const [actor = '', at = '', key = ''] = names;
  return {
    position: Number(position),
    columns: { leaf, leafHash: kept, stream, version, type, schemaVersion, actor, at, key },
    typed: typed === '1' && words.length === COLUMNS,
    plain: !text.includes('"') && !text.includes('\\'),
    hash,
    hex: hash.toString('hex'),
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
