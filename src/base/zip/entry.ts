import { createInflateRaw, inflateRawSync } from 'node:zlib';
import { OUTPUT_CHUNK_BYTES, throughZlib } from '#base/compress/zlib-stream.ts';
import { crc32 } from '#base/zip/crc32.ts';
import type { ReadExactly, ZipEntry, ZipLimits } from '#base/zip/directory.ts';
import { zipEntryInvalid } from '#base/zip/zip-error.ts';
import { type HoldfastError, systemCode } from '#core/errors.ts';

const LOCAL_HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
/** What is larger is read in pieces. */
const WHOLE_BYTES = 4 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
/** zlib takes no smaller one. */
const SMALLEST_CHUNK_BYTES = 64;

function outside(entry: ZipEntry): HoldfastError {
  return zipEntryInvalid(entry.name, 'it lies outside of the archive');
}

function damaged(entry: ZipEntry): HoldfastError {
  return zipEntryInvalid(entry.name, 'its compressed data is damaged or larger than it says');
}

function inflate(entry: ZipEntry, stored: Buffer): Buffer {
  try {
    const sizeBytes = Math.max(entry.sizeBytes, 1);
    return inflateRawSync(stored, { maxOutputLength: sizeBytes, chunkSize: Math.max(sizeBytes, SMALLEST_CHUNK_BYTES) });
  } catch {
    throw damaged(entry);
  }
}

/** Where an entry's stored bytes begin. @throws `ZIP_ENTRY_INVALID` */
function startOf(read: ReadExactly, fileBytes: number, entry: ZipEntry, limits: ZipLimits): number {
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
  return start;
}

function unlike(entry: ZipEntry): HoldfastError {
  return zipEntryInvalid(entry.name, 'its bytes are not those that were packed');
}

function readWhole(read: ReadExactly, start: number, entry: ZipEntry): Buffer {
  const stored = read(start, entry.compressedBytes);
  const bytes = entry.method === STORED ? stored : inflate(entry, stored);
  if (bytes.length !== entry.sizeBytes || crc32(bytes) !== entry.crc32) throw unlike(entry);
  return bytes;
}

async function* storedBytes(read: ReadExactly, start: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += PIECE_BYTES) yield read(start + at, Math.min(PIECE_BYTES, length - at));
}

async function* inPieces(read: ReadExactly, start: number, entry: ZipEntry): AsyncGenerator<Buffer> {
  const stored = storedBytes(read, start, entry.compressedBytes);
  const bytes =
    entry.method === STORED ? stored : throughZlib(stored, createInflateRaw({ chunkSize: OUTPUT_CHUNK_BYTES }));
  let sizeBytes = 0;
  let crc = 0;
  try {
    for await (const piece of bytes) {
      sizeBytes += piece.length;
      crc = crc32(piece, crc);
      if (sizeBytes > entry.sizeBytes) throw unlike(entry);
      yield piece;
    }
  } catch (error) {
    throw systemCode(error)?.startsWith('Z_') === true ? damaged(entry) : error;
  }
  if (sizeBytes !== entry.sizeBytes || crc !== entry.crc32) throw unlike(entry);
}

/**
 * An entry's bytes, compared with its size and CRC-32: whole, or, where it is or claims to be large, in pieces that are
 * compared at the end. What follows the compressed data is not looked at.
 * @throws `ZIP_ENTRY_INVALID` for this entry alone: encrypted, too large, damaged, or of another compression
 */
export function readZipEntry(
  read: ReadExactly,
  fileBytes: number,
  entry: ZipEntry,
  limits: ZipLimits,
): Buffer | AsyncIterable<Buffer> {
  const start = startOf(read, fileBytes, entry, limits);
  const whole = entry.sizeBytes <= WHOLE_BYTES && entry.compressedBytes <= WHOLE_BYTES;
  return whole ? readWhole(read, start, entry) : inPieces(read, start, entry);
}
