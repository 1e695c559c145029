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
    // One byte more than it takes: output that fills its buffer makes zlib ask for another.
    bytes = inflateSync(stored, { maxOutputLength: Math.max(sizeBytes, 1), chunkSize: Math.max(sizeBytes + 1, 64) });
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const { bodyStart, end } = entryAt(view, at);
    yield { key: bytes.subarray(at + ENTRY_HEAD_BYTES, bodyStart), body: bytes.subarray(bodyStart, end) };
    at = end;
  }
}

function entryAt(view: DataView, at: number): { readonly bodyStart: number; readonly end: number } {
  if (at + ENTRY_HEAD_BYTES > view.byteLength) throw corrupt('an entry breaks off');
  const bodyStart = at + ENTRY_HEAD_BYTES + view.getUint16(at, true);
  const end = bodyStart + view.getUint32(at + 2, true);
  if (end > view.byteLength) throw corrupt('an entry breaks off');
  return { bodyStart, end };
}

/** The body of a block that has one entry. @throws `ADVISORIES_CORRUPT` */
export function onlyBody(bytes: Buffer): Buffer {
  const { bodyStart, end } = entryAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
  if (end !== bytes.length) throw corrupt('a page of CVEs has company');
  return bytes.subarray(bodyStart);
}

/** What a block has under one key. */
export interface Found {
  readonly bodies: readonly Buffer[];
  /** Nothing further on can be under the key. */
  readonly last: boolean;
}

/** Looks for a key, bytes as characters, in a block. @throws `ADVISORIES_CORRUPT` */
export function findEntries(bytes: Buffer, key: string): Found {
  const bodies: Buffer[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const { bodyStart, end } = entryAt(view, at);
    const own = bytes.toString('latin1', at + ENTRY_HEAD_BYTES, bodyStart);
    if (own > key) return { bodies, last: true };
    if (own === key) bodies.push(bytes.subarray(bodyStart, end));
    at = end;
  }
  return { bodies, last: false };
}
