import { BUILD_INFO_LIMIT_BYTES, MAGIC } from './format.ts';

/** Build information as it stands in a program: the toolchain's version, and the text about modules. */
export interface BuildInfo {
  readonly goVersion: string;
  readonly modules: string;
}

/** What became of a piece of the file that starts with the magic bytes. */
export type Decoded =
  | { readonly kind: 'info'; readonly info: BuildInfo }
  /** The strings stand elsewhere: their addresses follow the magic (Go before 1.18). */
  | { readonly kind: 'pointers'; readonly pointerBytes: 4 | 8; readonly bigEndian: boolean }
  /** This many bytes from the start are needed. */
  | { readonly kind: 'more'; readonly bytes: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'none' };

const HEADER_BYTES = 32;
const VERSION_LIMIT_BYTES = 1024;
const VARINT_BYTES = 5;

const FLAG_BIG_ENDIAN = 1;
const FLAG_INLINE = 2;

/** Strips the 16 marker bytes on both sides (cmd/go, modload.ModInfoProg); without them there is no module text. */
export function unframe(text: Buffer): string {
  if (text.length < 33 || text[text.length - 17] !== 0x0a) return '';
  return text.toString('utf8', 16, text.length - 16);
}

type Text =
  | { readonly kind: 'text'; readonly text: Buffer; readonly end: number }
  | Exclude<Decoded, { kind: 'info' | 'pointers' }>;

function readText(bytes: Buffer, start: number, limit: number): Text {
  let length = 0;
  let at = start;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at];
    if (byte === undefined) return { kind: 'more', bytes: start + VARINT_BYTES };
    if (shift >= 7 * VARINT_BYTES) return { kind: 'none' };
    at += 1;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (length > limit) return { kind: 'too-large' };
  if (at + length > bytes.length) return { kind: 'more', bytes: at + length };
  return { kind: 'text', text: bytes.subarray(at, at + length), end: at + length };
}

/** True for what can be a toolchain's version: `go1.21.3`, `devel go1.22-…`, printable and not empty. */
export function isGoVersion(text: string): boolean {
  return /^[ -~]+$/.test(text);
}

/**
 * Decodes build information that starts at the first byte, as far as it is at hand (Go's debug/buildinfo, and its
 * linker's `buildinfo` symbol): 14 magic bytes, the pointer size, flags; then from Go 1.18 both strings in line at byte
 * 32, each behind its length as a varint.
 */
export function decodeBuildInfo(bytes: Buffer): Decoded {
  if (bytes.length < HEADER_BYTES) return { kind: 'more', bytes: HEADER_BYTES };
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { kind: 'none' };
  const flags = bytes[15] ?? 0;
  if ((flags & FLAG_INLINE) === 0) {
    const size = bytes[14];
    if (size !== 4 && size !== 8) return { kind: 'none' };
    return { kind: 'pointers', pointerBytes: size, bigEndian: (flags & FLAG_BIG_ENDIAN) !== 0 };
  }
  const version = readText(bytes, HEADER_BYTES, VERSION_LIMIT_BYTES);
  if (version.kind === 'too-large') return { kind: 'none' };
  if (version.kind !== 'text') return version;
  const goVersion = version.text.toString('latin1');
  if (!isGoVersion(goVersion)) return { kind: 'none' };
  const modules = readText(bytes, version.end, BUILD_INFO_LIMIT_BYTES);
  if (modules.kind !== 'text') return modules;
  return { kind: 'info', info: { goVersion, modules: unframe(modules.text) } };
}
