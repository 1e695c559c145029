import { createHash, type Decipher } from 'node:crypto';
import type { PortableZstd } from '#base/compress/zstd-portable.ts';
import { checkBlobSize } from '#volume/engines/restic/reader/blob.ts';
import type { BlobRange } from '#volume/engines/restic/reader/blob-table.ts';
import type { ResticFile, ResticFiles } from '#volume/engines/restic/reader/files.ts';
import { readPackHeader } from '#volume/engines/restic/reader/pack-header.ts';
import { openSeal, type ResticKey } from '#volume/engines/restic/reader/seal.ts';

/**
 * The blobs of a pack that is in memory and is as it was written to the last byte: its own SHA-256, its header, and each
 * blob's authenticator, frame and SHA-256. Undefined when anything is not: then it is looked at more closely elsewhere.
 */
export async function wholePack(
  key: ResticKey,
  zstd: PortableZstd,
  pack: ResticFile,
  bytes: Buffer,
): Promise<readonly BlobRange[] | undefined> {
  if (bytes.length !== pack.sizeBytes) return undefined;
  if (createHash('sha256').update(bytes).digest('hex') !== pack.name) return undefined;
  try {
    const blobs = await readPackHeader(inMemory(bytes), key, pack);
    return blobs.every((blob) => isWhole(key, zstd, blob, bytes)) ? blobs : undefined;
  } catch {
    return undefined;
  }
}

/** Its reads lie within the pack: the caller has compared the sizes. */
function inMemory(bytes: Buffer): Pick<ResticFiles, 'read'> {
  return {
    read: async (_kind, _name, offsetBytes = 0, lengthBytes = bytes.length - offsetBytes) =>
      bytes.subarray(offsetBytes, offsetBytes + lengthBytes),
  };
}

function isWhole(key: ResticKey, zstd: PortableZstd, blob: BlobRange, pack: Buffer): boolean {
  checkBlobSize(blob);
  const opened = openSeal(key, pack.subarray(blob.offsetBytes, blob.offsetBytes + blob.sizeBytes));
  if (opened === undefined) return false;
  const hash = createHash('sha256');
  const pieces = decrypted(opened.decipher, opened.ciphertext);
  if (blob.plainSizeBytes > 0) zstd.pass(pieces, blob.plainSizeBytes, (piece) => hash.update(piece));
  else for (const piece of pieces) hash.update(piece);
  return hash.digest().equals(blob.id);
}

/** Small enough to be hashed while it is still in the processor's cache. */
const PIECE_BYTES = 128 * 1024;

function* decrypted(decipher: Decipher, ciphertext: Buffer): Generator<Buffer> {
  for (let at = 0; at < ciphertext.length; at += PIECE_BYTES) {
    yield decipher.update(ciphertext.subarray(at, at + PIECE_BYTES));
  }
}
