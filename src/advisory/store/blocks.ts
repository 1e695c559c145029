import { inflateSync } from 'node:zlib';
import { ENTRY_HEAD_BYTES } from '#advisory/store/format.ts';
import type { OpenFile } from '#advisory/store/open-file.ts';
import { corrupt } from '#advisory/store/store-error.ts';
import { readExactly } from '#base/files/read-exactly.ts';

/** Gives blocks, uncompressed; the latest are kept. */
export type ReadBlock = (block: number) => Buffer;

const KEPT_BYTES = 8 * 1024 * 1024;

/** One block, from the file. @throws `ADVISORIES_CORRUPT` */
export function inflateBlock({ fd, index }: OpenFile, block: number): Buffer {
  const stored = readExactly(fd, index.offset(block), index.storedBytes(block));
  const sizeBytes = index.sizeBytes(block);
  let bytes: Buffer;
  try {
    bytes = inflateSync(stored, { maxOutputLength: Math.max(sizeBytes, 1), chunkSize: Math.max(sizeBytes, 64) });
  } catch {
    throw corrupt('a block cannot be decompressed');
  }
  if (bytes.length !== sizeBytes) throw corrupt('a block has another size than its index says');
  return bytes;
}

/** Keeps the blocks that were used last. */
export function createBlockReader(file: OpenFile): ReadBlock {
  const kept = new Map<number, Buffer>();
  let keptBytes = 0;
  return (block) => {
    const known = kept.get(block);
    const bytes = known ?? inflateBlock(file, block);
    kept.delete(block);
    kept.set(block, bytes);
    if (known === undefined) keptBytes += bytes.length;
    for (const [oldest, { length }] of kept) {
      if (keptBytes <= KEPT_BYTES || oldest === block) break;
      kept.delete(oldest);
      keptBytes -= length;
    }
    return bytes;
  };
}

/** A block's entries in order. @throws `ADVISORIES_CORRUPT` */
export function* blockEntries(bytes: Buffer): Generator<{ readonly key: Buffer; readonly body: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const { bodyStart, end } = entryAt(bytes, at);
    yield { key: bytes.subarray(at + ENTRY_HEAD_BYTES, bodyStart), body: bytes.subarray(bodyStart, end) };
    at = end;
  }
}

function entryAt(bytes: Buffer, at: number): { readonly bodyStart: number; readonly end: number } {
  if (at + ENTRY_HEAD_BYTES > bytes.length) throw corrupt('an entry breaks off');
  const bodyStart = at + ENTRY_HEAD_BYTES + bytes.readUInt16LE(at);
  const end = bodyStart + bytes.readUInt32LE(at + 2);
  if (end > bytes.length) throw corrupt('an entry breaks off');
  return { bodyStart, end };
}

/** The last of a block's entries whose key is not above the wanted one, as it is found, and whether it is that key. */
export interface Nearest {
  readonly bodies: readonly Buffer[];
  /** The bodies are under the wanted key itself. */
  readonly exact: boolean;
  /** Nothing further on can be under the wanted key. */
  readonly last: boolean;
}

/** Looks for a key in a block. @throws `ADVISORIES_CORRUPT` */
export function nearestEntries(bytes: Buffer, key: Buffer): Nearest {
  let bodies: Buffer[] = [];
  let exact = false;
  for (let at = 0; at < bytes.length; ) {
    const { bodyStart, end } = entryAt(bytes, at);
    const order = bytes.compare(key, 0, key.length, at + ENTRY_HEAD_BYTES, bodyStart);
    if (order > 0) return { bodies, exact, last: true };
    const body = bytes.subarray(bodyStart, end);
    if (order === 0 && exact) bodies.push(body);
    else bodies = [body];
    exact = order === 0;
    at = end;
  }
  return { bodies, exact, last: false };
}
