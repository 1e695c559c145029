import { inflateRawSync } from 'node:zlib';
import { crc32 } from '#base/zip/crc32.ts';
import type { ReadExactly, ZipEntry, ZipLimits } from '#base/zip/directory.ts';
import { zipEntryInvalid } from '#base/zip/zip-error.ts';
import type { HoldfastError } from '#core/errors.ts';

const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** zlib takes no smaller one. */
const SMALLEST_CHUNK_BYTES = 64;

function outside(entry: ZipEntry): HoldfastError {
  return zipEntryInvalid(entry.name, 'it lies outside of the archive');
}

function inflate(entry: ZipEntry, stored: Buffer): Buffer {
  try {
    const sizeBytes = Math.max(entry.sizeBytes, 1);
    return inflateRawSync(stored, { maxOutputLength: sizeBytes, chunkSize: Math.max(sizeBytes, SMALLEST_CHUNK_BYTES) });
  } catch {
    throw zipEntryInvalid(entry.name, 'its compressed data is damaged or larger than it says');
  }
}

/**
 * An entry's bytes, compared with its size and CRC-32.
 * @throws `ZIP_ENTRY_INVALID` for this entry alone: encrypted, too large, damaged, or of another compression
 */
export function readZipEntry(read: ReadExactly, fileBytes: number, entry: ZipEntry, limits: ZipLimits): Buffer {
  if (entry.encrypted) throw zipEntryInvalid(entry.name, 'it is encrypted');
  if (entry.sizeBytes > limits.entryBytes) throw zipEntryInvalid(entry.name, `it has ${entry.sizeBytes} bytes`);
  if (entry.method !== STORED && entry.method !== DEFLATED) {
    throw zipEntryInvalid(entry.name, `compression method ${entry.method} is not known`);
  }
  if (entry.offset + LOCAL_HEADER_BYTES > fileBytes) throw outside(entry);
  const header = read(entry.offset, LOCAL_HEADER_BYTES);
  if (header.readUInt32LE(0) !== 0x04034b50) throw zipEntryInvalid(entry.name, 'its header is missing');
  const start = entry.offset + LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (start + entry.compressedBytes > fileBytes) throw outside(entry);
  const stored = read(start, entry.compressedBytes);
  const bytes = entry.method === STORED ? stored : inflate(entry, stored);
  if (bytes.length !== entry.sizeBytes || crc32(bytes) !== entry.crc32) {
    throw zipEntryInvalid(entry.name, 'its bytes are not those that were packed');
  }
  return bytes;
}
