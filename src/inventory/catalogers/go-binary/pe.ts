import type { ReadAt } from '#base/tar/entry.ts';
import { type FileRange, numbersOf, type ProgramFile, readCopy } from './program-file.ts';

const MAX_SECTIONS = 96;
/** Initialised data that can be read and written. */
const DATA = 0xc0000040;

/**
 * A Windows program (PE/COFF specification); undefined for anything else. Go's linker puts the build information at the
 * start of the first writable data section.
 */
export function readPe(readAt: ReadAt): ProgramFile | undefined {
  const dos = readCopy(readAt, 0, 64);
  if (dos.length < 64 || dos.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const start = dos.readUInt32LE(0x3c);
  const head = readCopy(readAt, start, 56);
  if (head.length < 56 || head.toString('latin1', 0, 4) !== 'PE\0\0') return undefined;
  const numbers = numbersOf(head, false, 8);
  const wide = numbers.u16(24) === 0x20b;
  const base = wide ? numbers.word(48) : numbers.u32(52);
  const table = readCopy(readAt, start + 24 + numbers.u16(20), Math.min(numbers.u16(6), MAX_SECTIONS) * 40);
  const sections = numbersOf(table, false, 8);
  const loaded: FileRange[] = [];
  const writable: FileRange[] = [];
  for (let at = 0; at + 40 <= table.length; at += 40) {
    const range = {
      address: base + sections.u32(at + 12),
      sizeBytes: sections.u32(at + 16),
      offset: sections.u32(at + 20),
    };
    loaded.push(range);
    if ((sections.u32(at + 36) & DATA) >>> 0 === DATA && range.sizeBytes > 0) writable.push(range);
  }
  return { candidates: writable.slice(0, 1), loaded, writable };
}
