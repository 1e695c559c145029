import {
  endJson,
  type JsonCursor,
  jsonElements,
  jsonMembers,
  jsonString,
  jsonValue,
  openJson,
} from '#base/json/json-cursor.ts';
import { HoldfastError } from '#core/errors.ts';
import type { BlobRange } from '#volume/engines/restic/reader/blob-table.ts';
import { isResticId } from '#volume/engines/restic/reader/files.ts';

/** What reading an index file tells, piece by piece. */
export interface IndexVisitor {
  supersedes(index: string): void;
  blob(pack: string, blob: BlobRange): void;
}

const MAX_DEPTH = 8;
const TEXT_BYTES = 256;

/**
 * Reads an index (restic's design document, "Indexing") in one pass. What came before the place where it is broken has
 * been visited: it is checked against the packs in any case.
 * @throws `RESTIC_INDEX_INVALID`, and what the visitor throws
 */
export function readIndex(json: Buffer, visitor: IndexVisitor): void {
  const cursor = openJson(json, MAX_DEPTH);
  try {
    for (const member of jsonMembers(cursor)) {
      if (member === 'supersedes') {
        for (const _ of jsonElements(cursor)) {
          const id = jsonString(cursor, TEXT_BYTES);
          if (isResticId(id)) visitor.supersedes(id);
        }
      } else if (member === 'packs') for (const _ of jsonElements(cursor)) readPack(cursor, visitor);
    }
    endJson(cursor);
  } catch (error) {
    if (error instanceof HoldfastError && !error.code.startsWith('JSON_')) throw error;
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

function readPack(cursor: JsonCursor, visitor: IndexVisitor): void {
  let pack: string | undefined;
  // The pack's name may come behind its blobs.
  const early: BlobRange[] = [];
  for (const member of jsonMembers(cursor)) {
    if (member === 'id') pack = jsonString(cursor, TEXT_BYTES);
    else if (member === 'blobs') {
      for (const _ of jsonElements(cursor)) {
        const blob = readBlob(cursor);
        if (isResticId(pack)) visitor.blob(pack, blob);
        else early.push(blob);
      }
    }
  }
  if (!isResticId(pack)) throw invalid('a pack has no id');
  for (const blob of early) visitor.blob(pack, blob);
}

function readBlob(cursor: JsonCursor): BlobRange {
  let id: string | undefined;
  let type: string | undefined;
  let offsetBytes = -1;
  let sizeBytes = -1;
  let plainSizeBytes = 0;
  for (const member of jsonMembers(cursor)) {
    if (member === 'id') id = jsonString(cursor, TEXT_BYTES);
    else if (member === 'type') type = jsonString(cursor, TEXT_BYTES);
    else if (member === 'offset') offsetBytes = number(cursor);
    else if (member === 'length') sizeBytes = number(cursor);
    else if (member === 'uncompressed_length') plainSizeBytes = number(cursor);
  }
  if (!isResticId(id)) throw invalid('a blob has no id');
  if (type !== 'data' && type !== 'tree') throw invalid(`blob ${id} is of no known type`);
  if (offsetBytes < 0 || sizeBytes < 0 || plainSizeBytes < 0) throw invalid(`blob ${id} has no place`);
  return { type, id: Buffer.from(id, 'hex'), offsetBytes, sizeBytes, plainSizeBytes };
}

/** -1 for anything but a number that fits 32 bits, as a pack's header has them. */
function number(cursor: JsonCursor): number {
  const value = jsonValue(cursor, TEXT_BYTES);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : -1;
}

function invalid(why: string): HoldfastError {
  return new HoldfastError('RESTIC_INDEX_INVALID', `The index cannot be read: ${why}`);
}
