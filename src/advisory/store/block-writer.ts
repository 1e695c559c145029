import { deflateSync } from 'node:zlib';
import type { BlockPlace } from '#advisory/store/block-index.ts';
import { BLOCK_BYTES, ENTRY_HEAD_BYTES } from '#advisory/store/format.ts';
import { HoldfastError } from '#core/errors.ts';

/** Packs entries, which come in the order of their keys, into compressed blocks. */
export interface BlockWriter {
  /** @throws `ADVISORY_INPUT_LIMIT` when the index grows beyond 64 MiB */
  add(key: Buffer, body: Buffer): void;
  /** A block of one entry that compresses badly and is read often: packed as it is, its checksum beside it. */
  addAlone(key: Buffer, body: Buffer): void;
  /** Closes the last block and tells where all of them lie. */
  end(): readonly BlockPlace[];
}

const LEVEL = 6;
/** All public databases together need a tenth. */
const INDEX_LIMIT_BYTES = 64 * 1024 * 1024;
const PLACE_OVERHEAD_BYTES = 300;

/** A small buffer is part of a larger one, which would stay with it. */
function ownBytes(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}

export function createBlockWriter(append: (bytes: Buffer) => void): BlockWriter {
  const places: BlockPlace[] = [];
  let parts: Buffer[] = [];
  let firstKey: Buffer | undefined;
  let sizeBytes = 0;
  let indexBytes = 0;
  const close = (level = LEVEL) => {
    if (firstKey === undefined) return;
    const stored = deflateSync(Buffer.concat(parts), { level });
    append(stored);
    indexBytes += firstKey.length + PLACE_OVERHEAD_BYTES;
    if (indexBytes > INDEX_LIMIT_BYTES) {
      throw new HoldfastError('ADVISORY_INPUT_LIMIT', 'There are more advisories than a file of them can hold', {
        hint: 'Build with fewer inputs.',
      });
    }
    places.push({ firstKey, storedBytes: stored.length, sizeBytes });
    parts = [];
    firstKey = undefined;
    sizeBytes = 0;
  };
  const push = (key: Buffer, body: Buffer) => {
    const head = Buffer.alloc(ENTRY_HEAD_BYTES);
    head.writeUInt16LE(key.length, 0);
    head.writeUInt32LE(body.length, 2);
    firstKey ??= ownBytes(key);
    parts.push(head, key, body);
    sizeBytes += ENTRY_HEAD_BYTES + key.length + body.length;
  };
  return {
    add(key, body) {
      if (sizeBytes > 0 && sizeBytes + body.length > BLOCK_BYTES) close();
      push(key, body);
    },
    addAlone(key, body) {
      close();
      push(key, body);
      close(0);
    },
    end() {
      close();
      return places;
    },
  };
}
