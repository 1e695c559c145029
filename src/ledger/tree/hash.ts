import { createHash, hash } from 'node:crypto';
import { HoldfastError } from '#core/errors.ts';

/** Of SHA-256, and so of every node of the tree. */
export const HASH_BYTES = 32;

/** The root of a tree without leaves (RFC 6962, section 2.1): SHA-256 of nothing. */
export const EMPTY_ROOT: Buffer = createHash('sha256').digest();

/** Stands before a leaf's bytes when they are hashed. */
export const LEAF_PREFIX = 0;

// The prefix and what follows are put together in buffers that stay: one call a hash, nothing to collect afterwards.
const LEAF_ROOM_BYTES = 64 * 1024;
const leafRoom = new Uint8Array(LEAF_ROOM_BYTES);
const nodeRoom = new Uint8Array(1 + 2 * HASH_BYTES);
nodeRoom[0] = 1;

/** SHA-256(0x00 || bytes): RFC 6962, section 2.1. */
export function leafHash(bytes: Uint8Array): Buffer {
  const size = bytes.length + 1;
  if (size > LEAF_ROOM_BYTES) return createHash('sha256').update(Uint8Array.of(LEAF_PREFIX)).update(bytes).digest();
  leafRoom[0] = LEAF_PREFIX;
  leafRoom.set(bytes, 1);
  return digest(new Uint8Array(leafRoom.buffer, 0, size));
}

/**
 * SHA-256(0x01 || left || right): RFC 6962, section 2.1.
 * @throws `LEDGER_HASH_MALFORMED` unless both have 32 bytes
 */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) {
    throw new HoldfastError(
      'LEDGER_HASH_MALFORMED',
      `A node of ${left.length} and ${right.length} bytes: both sides must have ${HASH_BYTES}`,
    );
  }
  nodeRoom.set(left, 1);
  nodeRoom.set(right, 1 + HASH_BYTES);
  return digest(nodeRoom);
}

function digest(bytes: Uint8Array): Buffer {
  // A text of one character a byte: on Node 20 a third faster than a buffer of its own for each hash.
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}
