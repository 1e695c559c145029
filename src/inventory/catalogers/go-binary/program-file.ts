import type { ReadAt } from '#base/tar/entry.ts';

/** Bytes of the file that are loaded at an address. */
export interface FileRange {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly address: number;
}

/** What is needed of an executable, whatever its format. */
export interface ProgramFile {
  /** Where the build information can lie; empty: it is no Go program, as far as its headers tell. */
  readonly candidates: readonly FileRange[];
  /** All that is loaded from the file. */
  readonly loaded: readonly FileRange[];
  /** Writable parts of it. */
  readonly writable: readonly FileRange[];
}

/** Reads numbers of a header in the file's byte order. 64-bit values beyond 2^53 become Infinity: no place is there. */
export interface Numbers {
  u16(at: number): number;
  u32(at: number): number;
  /** Four or eight bytes. */
  word(at: number): number;
}

/** @throws RangeError never: past the end every number is 0. */
export function numbersOf(bytes: Buffer, bigEndian: boolean, wordBytes: 4 | 8): Numbers {
  const fits = (at: number, length: number) => at >= 0 && at + length <= bytes.length;
  const u16 = (at: number) => {
    if (!fits(at, 2)) return 0;
    return bigEndian ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at);
  };
  const u32 = (at: number) => {
    if (!fits(at, 4)) return 0;
    return bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  };
  const u64 = (at: number) => {
    if (!fits(at, 8)) return 0;
    const value = bigEndian ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at);
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
  };
  return { u16, u32, word: wordBytes === 8 ? u64 : u32 };
}

/** Bytes that stay valid: what `readAt` gives lasts until its next call only. */
export function readCopy(readAt: ReadAt, offset: number, length: number): Buffer {
  return Number.isSafeInteger(offset) && offset >= 0 && length > 0
    ? Buffer.from(readAt(offset, length))
    : Buffer.alloc(0);
}
