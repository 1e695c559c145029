import { createHash } from 'node:crypto';
import type { PortableZstd } from '#base/compress/zstd-portable.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import type { BlobRange } from '#volume/engines/restic/reader/blob-table.ts';
import { type ResticKey, unseal } from '#volume/engines/restic/reader/seal.ts';

/** restic cuts files into pieces of at most 8 MiB. */
const MAX_DATA_BYTES = 64 * 1024 * 1024;
/** A directory of half a million files. */
const MAX_TREE_BYTES = 256 * 1024 * 1024;

/** Whether a blob of this size is read at all. @throws `RESTIC_BLOB_TOO_LARGE` */
export function checkBlobSize(blob: BlobRange): void {
  const most = blob.type === 'tree' ? MAX_TREE_BYTES : MAX_DATA_BYTES;
  const sizeBytes = Math.max(blob.sizeBytes, blob.plainSizeBytes);
  if (sizeBytes <= most) return;
  const message = `Blob ${blob.id.toString('hex')} would have ${sizeBytes} bytes, more than ${most}`;
  throw new HoldfastError('RESTIC_BLOB_TOO_LARGE', message);
}

/**
 * The plain bytes of a blob as it lies in a pack: authenticated, decrypted, decompressed, and with the SHA-256 that is its
 * name. @throws `RESTIC_BLOB_DAMAGED`, `RESTIC_BLOB_TOO_LARGE`
 */
export function openBlob(key: ResticKey, zstd: PortableZstd, blob: BlobRange, sealed: Buffer): Buffer {
  checkBlobSize(blob);
  let plain = unseal(key, sealed);
  if (plain === undefined) throw damaged(blob, 'its authenticator is another');
  if (blob.plainSizeBytes > 0) plain = decompressed(zstd, blob, plain);
  if (!createHash('sha256').update(plain).digest().equals(blob.id)) throw damaged(blob, 'its SHA-256 is another');
  return plain;
}

function decompressed(zstd: PortableZstd, blob: BlobRange, bytes: Buffer): Buffer {
  try {
    return zstd.whole(bytes, blob.plainSizeBytes);
  } catch (error) {
    throw damaged(blob, problemOf(error).message);
  }
}

function damaged(blob: BlobRange, why: string): HoldfastError {
  return new HoldfastError('RESTIC_BLOB_DAMAGED', `Blob ${blob.id.toString('hex')} is damaged: ${why}`);
}
