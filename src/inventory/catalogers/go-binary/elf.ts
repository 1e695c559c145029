import type { ReadAt } from '#base/tar/entry.ts';
import { type FileRange, type Numbers, numbersOf, type ProgramFile, readCopy } from './program-file.ts';

const MAX_SEGMENTS = 1024;
const MAX_SECTIONS = 4096;
const NAMES_LIMIT_BYTES = 1024 * 1024;
const BUILDINFO = '.go.buildinfo';
const OTHER_GO_SECTION = /^\.(?:note\.go\.|gopclntab|gosymtab|go\.|data\.rel\.ro\.gopclntab)/;

const PT_LOAD = 1;
const PF_W = 2;

interface Header {
  readonly wide: boolean;
  readonly bigEndian: boolean;
  readonly segments: { readonly offset: number; readonly size: number; readonly count: number };
  readonly sections: { readonly offset: number; readonly size: number; readonly count: number; readonly names: number };
}

function readHeader(readAt: ReadAt): Header | undefined {
  const bytes = readCopy(readAt, 0, 64);
  if (bytes.length < 52 || bytes.readUInt32BE(0) !== 0x7f454c46) return undefined;
  const wide = bytes[4] === 2;
  const bigEndian = bytes[5] === 2;
  const numbers = numbersOf(bytes, bigEndian, wide ? 8 : 4);
  const type = numbers.u16(16);
  if (type !== 2 && type !== 3) return undefined;
  const at = wide ? 54 : 42;
  return {
    wide,
    bigEndian,
    segments: { offset: numbers.word(wide ? 32 : 28), size: numbers.u16(at), count: numbers.u16(at + 2) },
    sections: {
      offset: numbers.word(wide ? 40 : 32),
      size: numbers.u16(at + 4),
      count: numbers.u16(at + 6),
      names: numbers.u16(at + 8),
    },
  };
}

function loadedSegments(readAt: ReadAt, header: Header): (FileRange & { writable: boolean })[] {
  const { offset, size, count } = header.segments;
  if (size < (header.wide ? 56 : 32)) return [];
  const table = readCopy(readAt, offset, Math.min(count, MAX_SEGMENTS) * size);
  const numbers = numbersOf(table, header.bigEndian, header.wide ? 8 : 4);
  const found: (FileRange & { writable: boolean })[] = [];
  for (let at = 0; at + size <= table.length; at += size) {
    if (numbers.u32(at) !== PT_LOAD) continue;
    const flags = numbers.u32(at + (header.wide ? 4 : 24));
    found.push({
      offset: numbers.word(at + (header.wide ? 8 : 4)),
      address: numbers.word(at + (header.wide ? 16 : 8)),
      sizeBytes: numbers.word(at + (header.wide ? 32 : 16)),
      writable: (flags & PF_W) !== 0,
    });
  }
  return found;
}

function sectionRange(numbers: Numbers, at: number, wide: boolean): FileRange {
  return {
    address: numbers.word(at + (wide ? 16 : 12)),
    offset: numbers.word(at + (wide ? 24 : 16)),
    sizeBytes: numbers.word(at + (wide ? 32 : 20)),
  };
}

/** The section of build information; `hinted` when only other sections of Go's are there, `none` when none is. */
function findSection(readAt: ReadAt, header: Header): FileRange | 'hinted' | 'none' {
  const { offset, size, count, names } = header.sections;
  if (count === 0 || size < (header.wide ? 64 : 40)) return 'hinted';
  const table = readCopy(readAt, offset, Math.min(count, MAX_SECTIONS) * size);
  const numbers = numbersOf(table, header.bigEndian, header.wide ? 8 : 4);
  const strings = sectionRange(numbers, names * size, header.wide);
  const texts = readCopy(readAt, strings.offset, Math.min(strings.sizeBytes, NAMES_LIMIT_BYTES));
  if (texts.length === 0) return 'hinted';
  let hinted = false;
  for (let at = 0; at + size <= table.length; at += size) {
    const start = numbers.u32(at);
    const text = texts.toString('latin1', start, Math.min(start + 32, texts.length));
    if (text.startsWith(`${BUILDINFO}\0`)) return sectionRange(numbers, at, header.wide);
    if (OTHER_GO_SECTION.test(text)) hinted = true;
  }
  return hinted ? 'hinted' : 'none';
}

/**
 * An ELF program or shared object (System V ABI, chapters 4 and 5), 32 or 64 bit, either byte order; undefined for
 * anything else. Three small reads tell one that is not Go's; one without section headers is searched where it is
 * writable.
 */
export function readElf(readAt: ReadAt): ProgramFile | undefined {
  const header = readHeader(readAt);
  if (header === undefined) return undefined;
  const section = findSection(readAt, header);
  if (section === 'none') return { candidates: [], loaded: [], writable: [] };
  const loaded = loadedSegments(readAt, header);
  const writable = loaded.filter((segment) => segment.writable);
  return { candidates: section === 'hinted' ? writable : [section], loaded, writable };
}

/** The writable parts of an ELF file of which only the head is at hand; undefined when its headers lie further on. */
export function writableInHead(head: Buffer): readonly FileRange[] | undefined {
  const readAt: ReadAt = (offset, length) => head.subarray(offset, offset + length);
  const header = readHeader(readAt);
  if (header === undefined) return undefined;
  const { offset, size, count } = header.segments;
  if (count === 0 || offset + size * count > head.length) return undefined;
  return loadedSegments(readAt, header).filter((segment) => segment.writable);
}

/** True when the section table stands in the head, right behind the program headers, where only Go's linker puts it. */
export function isLinkedByGo(head: Buffer): boolean {
  const header = readHeader((offset, length) => head.subarray(offset, offset + length));
  if (header === undefined || header.sections.count === 0) return false;
  return header.sections.offset === header.segments.offset + header.segments.size * header.segments.count;
}
