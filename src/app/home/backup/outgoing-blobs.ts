import type { OutgoingFile } from '#app/home/backup/write-archive.ts';
import type { BlobStore } from '#base/blobs/blob-store.ts';
import { type Digest, digestHex } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';

/** Blobs up to this size are read once, larger ones twice. */
const AT_ONCE_BYTES = 8 * 1024 * 1024;

/** All blobs as files under `prefix`; those that are damaged are told and left out, so that what is in an archive is whole. */
export async function* outgoingBlobs(
  blobs: BlobStore,
  prefix: string,
  onDamaged: (error: HoldfastError) => void,
): AsyncGenerator<OutgoingFile> {
  for await (const digest of blobs.list()) {
    try {
      const path = `${prefix}${digestHex(digest)}`;
      yield { path, ...(await checkedBody(blobs, digest)) };
    } catch (error) {
      if (!(error instanceof HoldfastError) || !error.code.startsWith('BLOB_')) throw error;
      onDamaged(error);
    }
  }
}

async function checkedBody(blobs: BlobStore, digest: Digest): Promise<Pick<OutgoingFile, 'sizeBytes' | 'body'>> {
  if ((await blobs.sizeBytes(digest)) <= AT_ONCE_BYTES) {
    const bytes = await blobs.get(digest, AT_ONCE_BYTES);
    return { sizeBytes: bytes.length, body: [bytes] };
  }
  // Its length stands before its bytes: they must be known to be good before the first of them is written.
  let sizeBytes = 0;
  for await (const chunk of blobs.stream(digest)) sizeBytes += chunk.length;
  return { sizeBytes, body: blobs.stream(digest) };
}
