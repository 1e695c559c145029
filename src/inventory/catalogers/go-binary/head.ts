import { isLinkedByGo, writableInHead } from './elf.ts';
import type { FileRange } from './program-file.ts';

/** How much of a file's start {@link readHead} wants to see, where the file is that long. */
export const HEAD_BYTES = 4096;

/** What a file's first bytes tell of it. */
export type Head =
  | { readonly kind: 'other' }
  /** Go's own marks are there, or the format has none to show: all of the file is worth having. */
  | { readonly kind: 'keep' }
  /** Another program; if it is Go's after all, its build information lies in one of these ranges, or anywhere. */
  | { readonly kind: 'program'; readonly ranges: readonly FileRange[] | 'anywhere' };

const ELF = 0x7f454c46;
const PROGRAM_MAGICS = new Set([ELF, 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);
/** Type 4 and the owner `Go`: the note that holds Go's build id, in either byte order. */
const NOTES = [Buffer.from('\x04\0\0\0Go\0\0', 'latin1'), Buffer.from('\0\0\0\x04Go\0\0', 'latin1')];

/** True when the first four bytes start a program: ELF, Mach-O or PE. */
export function startsProgram(bytes: Buffer): boolean {
  return PROGRAM_MAGICS.has(bytes.readUInt32BE(0)) || (bytes[0] === 0x4d && bytes[1] === 0x5a);
}

/** Looks at the first bytes of a file, at least four of them. */
export function readHead(bytes: Buffer): Head {
  if (!startsProgram(bytes)) return { kind: 'other' };
  const head = bytes.subarray(0, HEAD_BYTES);
  // Before Go 1.18 the build information points elsewhere; nothing in the head of a PE or Mach-O file tells.
  if (bytes.readUInt32BE(0) !== ELF) return { kind: 'keep' };
  if (isLinkedByGo(head) || NOTES.some((note) => head.includes(note))) return { kind: 'keep' };
  return { kind: 'program', ranges: writableInHead(head) ?? 'anywhere' };
}
