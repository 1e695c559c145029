import { BLOCK, numberField } from '#base/tar/header.ts';

/** A piece of a sparse file that is stored; all between the pieces reads as zeros. */
export interface SparsePiece {
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Pieces one file may have; more is taken for an attack. */
export const MAX_PIECES = 65_536;

/** Reads pairs of a GNU header block, old format (GNU tar manual, "Storing Sparse Files"): `count` slots from `start`. */
export function oldPieces(block: Buffer, start: number, count: number): SparsePiece[] | undefined {
  const pieces: SparsePiece[] = [];
  for (let i = 0; i < count; i += 1) {
    const at = start + i * 24;
    if (block[at] === 0) break;
    const offset = numberField(block, at, 12);
    const sizeBytes = numberField(block, at + 12, 12);
    if (offset === undefined || sizeBytes === undefined) return undefined;
    pieces.push({ offset, sizeBytes });
  }
  return pieces;
}

/** The map of PAX formats 0.0 and 0.1: `offset,size,offset,size,…`. */
export function mapPieces(text: string): SparsePiece[] | undefined {
  const numbers = text.split(',', MAX_PIECES * 2 + 1).map(Number);
  if (numbers.length % 2 !== 0 || numbers.length > MAX_PIECES * 2) return undefined;
  const pieces: SparsePiece[] = [];
  for (let i = 0; i < numbers.length; i += 2) pieces.push({ offset: numbers[i] ?? 0, sizeBytes: numbers[i + 1] ?? 0 });
  return pieces;
}

/** The map of PAX format 1.0, which precedes the data as decimal lines padded to a block. */
export function headedPieces(body: Buffer): { pieces: SparsePiece[]; headBytes: number } | undefined {
  let at = 0;
  const line = (): number => {
    const end = body.indexOf(0x0a, at);
    if (end < 0 || end - at > 20) return Number.NaN;
    const value = Number(body.toString('latin1', at, end));
    at = end + 1;
    return value;
  };
  const count = line();
  if (!Number.isInteger(count) || count < 0 || count > MAX_PIECES) return undefined;
  const pieces: SparsePiece[] = [];
  for (let i = 0; i < count; i += 1) pieces.push({ offset: line(), sizeBytes: line() });
  return { pieces, headBytes: Math.ceil(at / BLOCK) * BLOCK };
}

/** The whole file from its stored pieces; undefined when they are out of order, out of bounds or not all stored. */
export function expandSparse(
  stored: Buffer,
  pieces: readonly SparsePiece[],
  realSizeBytes: number,
): Buffer | undefined {
  const whole = Buffer.alloc(realSizeBytes);
  let from = 0;
  let last = 0;
  for (const { offset, sizeBytes } of pieces) {
    const sane = Number.isSafeInteger(offset) && Number.isSafeInteger(sizeBytes) && offset >= last && sizeBytes >= 0;
    if (!sane || offset + sizeBytes > realSizeBytes || from + sizeBytes > stored.length) return undefined;
    stored.copy(whole, offset, from, from + sizeBytes);
    from += sizeBytes;
    last = offset + sizeBytes;
  }
  return whole;
}
