import type { ReadAt } from '#base/tar/entry.ts';
import { type BuildInfo, decodeBuildInfo, isGoVersion, unframe } from './build-info.ts';
import { readElf } from './elf.ts';
import { ALIGNMENT, BUILD_INFO_LIMIT_BYTES, MAGIC } from './format.ts';
import { readMachO } from './macho.ts';
import { readPe } from './pe.ts';
import { type FileRange, numbersOf, type ProgramFile, readCopy } from './program-file.ts';

const WINDOW_BYTES = 64 * 1024;
const SEARCH_LIMIT_BYTES = 64 * 1024 * 1024;
const MAX_FALSE_STARTS = 64;

/** `none`: not a Go program, as far as it tells. `unreadable`: the mark of one is there, and what it marks is not. */
export type Found =
  | { readonly kind: 'info'; readonly info: BuildInfo }
  | { readonly kind: 'none' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'unreadable' };

/** Offsets of the magic bytes in a part of the file, where its address is aligned. */
function* marks(readAt: ReadAt, range: FileRange): Generator<number> {
  const end = range.offset + Math.min(range.sizeBytes, SEARCH_LIMIT_BYTES);
  for (let offset = range.offset; offset < end; offset += WINDOW_BYTES) {
    const window = readCopy(readAt, offset, Math.min(WINDOW_BYTES + MAGIC.length - 1, end - offset));
    if (window.length < MAGIC.length) return;
    for (let at = window.indexOf(MAGIC); at >= 0 && at < WINDOW_BYTES; at = window.indexOf(MAGIC, at + 1)) {
      if ((offset + at - range.offset + range.address) % ALIGNMENT === 0) yield offset + at;
    }
  }
}

/** Where an address lies in the file, and how many bytes of the file are loaded from there. */
function locate(loaded: readonly FileRange[], address: number): { offset: number; sizeBytes: number } | undefined {
  const range = loaded.find((one) => address >= one.address && address - one.address < one.sizeBytes);
  if (range === undefined) return undefined;
  const inside = address - range.address;
  return { offset: range.offset + inside, sizeBytes: range.sizeBytes - inside };
}

interface Pointers {
  readonly pointerBytes: 4 | 8;
  readonly bigEndian: boolean;
}

/** A Go string by the address of its header, which is an address and a length. */
function readString(
  readAt: ReadAt,
  loaded: readonly FileRange[],
  at: number,
  pointers: Pointers,
): Buffer | 'too-large' {
  const { pointerBytes, bigEndian } = pointers;
  const header = locate(loaded, at);
  const empty = Buffer.alloc(0);
  if (header === undefined) return empty;
  const numbers = numbersOf(readCopy(readAt, header.offset, 2 * pointerBytes), bigEndian, pointerBytes);
  const length = numbers.word(pointerBytes);
  const text = locate(loaded, numbers.word(0));
  if (text === undefined || length > text.sizeBytes) return empty;
  return length > BUILD_INFO_LIMIT_BYTES ? 'too-large' : readCopy(readAt, text.offset, length);
}

function followPointers(readAt: ReadAt, file: ProgramFile, mark: number, pointers: Pointers): Found {
  const { pointerBytes, bigEndian } = pointers;
  const header = readCopy(readAt, mark, 32);
  const numbers = numbersOf(header, bigEndian, pointerBytes);
  const version = readString(readAt, file.loaded, numbers.word(16), pointers);
  const modules = readString(readAt, file.loaded, numbers.word(16 + pointerBytes), pointers);
  if (version === 'too-large' || modules === 'too-large') return { kind: 'too-large' };
  const goVersion = version.toString('latin1');
  if (!isGoVersion(goVersion)) return { kind: 'unreadable' };
  return { kind: 'info', info: { goVersion, modules: unframe(modules) } };
}

function decodeAt(readAt: ReadAt, file: ProgramFile, mark: number): Found {
  let decoded = decodeBuildInfo(readCopy(readAt, mark, 4096));
  for (let round = 0; decoded.kind === 'more' && round < 4; round += 1) {
    const wanted = decoded.bytes;
    const bytes = readCopy(readAt, mark, wanted);
    if (bytes.length < wanted) return { kind: 'unreadable' };
    decoded = decodeBuildInfo(bytes);
  }
  if (decoded.kind === 'info' || decoded.kind === 'too-large') return decoded;
  return decoded.kind === 'pointers' ? followPointers(readAt, file, mark, decoded) : { kind: 'unreadable' };
}

/** Finds the build information of a program of any known format, with random access. */
export function findBuildInfo(readAt: ReadAt): Found {
  const file = readElf(readAt) ?? readPe(readAt) ?? readMachO(readAt);
  if (file === undefined) return { kind: 'none' };
  let falseStarts = 0;
  for (const range of file.candidates) {
    for (const mark of marks(readAt, range)) {
      const found = decodeAt(readAt, file, mark);
      if (found.kind !== 'unreadable') return found;
      falseStarts += 1;
      if (falseStarts >= MAX_FALSE_STARTS) return found;
    }
  }
  return falseStarts > 0 ? { kind: 'unreadable' } : { kind: 'none' };
}
