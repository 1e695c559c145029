import type { ReadAt } from '#base/tar/entry.ts';
import { type FileRange, type Numbers, numbersOf, type ProgramFile, readCopy } from './program-file.ts';

const COMMANDS_LIMIT_BYTES = 256 * 1024;
const LC_SEGMENT = 1;
const LC_SEGMENT_64 = 0x19;

const MAGICS: Readonly<Record<number, { readonly bigEndian: boolean; readonly wide: boolean }>> = {
  4277009102: { bigEndian: true, wide: false },
  4277009103: { bigEndian: true, wide: true },
  3472551422: { bigEndian: false, wide: false },
  3489328638: { bigEndian: false, wide: true },
};

function name(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 16).replace(/\0.*$/s, '');
}

/** The section of build information among the sections of one segment, if it is there. */
function findSection(bytes: Buffer, numbers: Numbers, at: number, wide: boolean): FileRange | undefined {
  const count = numbers.u32(at + (wide ? 64 : 48));
  const size = wide ? 80 : 68;
  let section = at + (wide ? 72 : 56);
  for (let index = 0; index < count && section + size <= bytes.length; index += 1, section += size) {
    if (name(bytes, section) !== '__go_buildinfo') continue;
    return {
      address: numbers.word(section + 32),
      sizeBytes: numbers.word(section + (wide ? 40 : 36)),
      offset: numbers.u32(section + (wide ? 48 : 40)),
    };
  }
  return undefined;
}

/** A Mach-O program of one architecture (Apple's loader.h), either byte order; undefined for anything else. */
export function readMachO(readAt: ReadAt): ProgramFile | undefined {
  const head = readCopy(readAt, 0, 32);
  const magic = head.length < 32 ? undefined : MAGICS[head.readUInt32BE(0)];
  if (magic === undefined) return undefined;
  const { bigEndian, wide } = magic;
  const commandsSize = numbersOf(head, bigEndian, 4).u32(20);
  const bytes = readCopy(readAt, wide ? 32 : 28, Math.min(commandsSize, COMMANDS_LIMIT_BYTES));
  const numbers = numbersOf(bytes, bigEndian, wide ? 8 : 4);
  const loaded: FileRange[] = [];
  const writable: FileRange[] = [];
  let section: FileRange | undefined;
  for (let at = 0; at + 8 <= bytes.length; ) {
    const command = numbers.u32(at);
    const size = numbers.u32(at + 4);
    if (command === (wide ? LC_SEGMENT_64 : LC_SEGMENT)) {
      const range = {
        address: numbers.word(at + 24),
        offset: numbers.word(at + (wide ? 40 : 32)),
        sizeBytes: numbers.word(at + (wide ? 48 : 36)),
      };
      loaded.push(range);
      if (name(bytes, at + 8) === '__DATA') writable.push(range);
      section ??= findSection(bytes, numbers, at, wide);
    }
    if (size < 8) break;
    at += size;
  }
  return { candidates: section === undefined ? writable : [section], loaded, writable };
}
