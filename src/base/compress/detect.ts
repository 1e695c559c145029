/** How bytes are compressed, told by their first four (RFC 1952, RFC 8878). `unsupported` ones are named. */
export type Compression = 'none' | 'gzip' | 'zstd' | 'xz' | 'bzip2';

/** Bytes that {@link detectCompression} needs. */
export const MAGIC_BYTES = 6;

/** Tells a compression by its magic number. A tar never begins like any of them. */
export function detectCompression(head: Uint8Array): Compression {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (b === 0xb5 && c === 0x2f && d === 0xfd && a === 0x28) return 'zstd';
  // A skippable frame may come first.
  if (a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18) return 'zstd';
  if (a === 0xfd && b === 0x37 && c === 0x7a && d === 0x58) return 'xz';
  if (a === 0x42 && b === 0x5a && c === 0x68 && head[4] === 0x31) return 'bzip2';
  return 'none';
}
