import { deflateRawSync } from 'node:zlib';
import { HoldfastError } from '#core/errors.ts';
import { isResticId, throwOutOfReach } from '#volume/engines/restic/reader/files.ts';
import { type ResticRepository, readBlob } from '#volume/engines/restic/reader/repository.ts';
import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';

/** Initialisation vector and authenticator of each sealed blob (restic's design document, "Keys, Encryption and MAC"). */
const SEAL_BYTES = 32;
/** Smaller ones do not compress, whatever they hold. */
const LEAST_BYTES = 512;
/** Pieces of a file that are looked at: hundreds of MiB. */
const MOST_BLOBS = 256;
const SAMPLE_BYTES = 64 * 1024;

/** What the size of a file that is compressed says of its content; `unclear` lies between. */
export type Compressibility = 'compresses' | 'unclear' | 'does-not';

/**
 * How far a file could be compressed, as the index tells without reading it. `small`: it says nothing; `unknown`: it is
 * kept uncompressed, or is not there.
 */
export function compressibility(
  { blobs }: Pick<ResticRepository, 'blobs'>,
  { content, sizeBytes }: Pick<TreeNode, 'content' | 'sizeBytes'>,
): Compressibility | 'small' | 'unknown' {
  if (sizeBytes < LEAST_BYTES) return 'small';
  let plain = 0;
  let stored = 0;
  for (const id of content.slice(0, MOST_BLOBS)) {
    const [row] = isResticId(id) ? blobs.find('data', Buffer.from(id, 'hex')) : [];
    if (row === undefined) return 'unknown';
    const place = blobs.place(row);
    if (place.plainSizeBytes === 0) return 'unknown';
    plain += place.plainSizeBytes;
    stored += place.sizeBytes - SEAL_BYTES;
  }
  return plain === 0 ? 'unknown' : classOf(stored / plain);
}

/** The same of a piece of content. */
export function compressibilityOf(bytes: Uint8Array): Compressibility | 'small' {
  if (bytes.length < LEAST_BYTES) return 'small';
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  return classOf(deflateRawSync(sample, { level: 1 }).length / sample.length);
}

/** Encrypted content has its own size and a little more; text, tables and programs have at most nine tenths. */
function classOf(share: number): Compressibility {
  return share < 0.9 ? 'compresses' : share < 0.97 ? 'unclear' : 'does-not';
}

/** The first piece of a file; undefined when it is empty, damaged or missing. @throws what reading throws else */
export async function firstPiece(
  repository: ResticRepository,
  { content }: Pick<TreeNode, 'content'>,
): Promise<Buffer | undefined> {
  const [id] = content;
  if (id === undefined) return undefined;
  try {
    return await readBlob(repository, 'data', id);
  } catch (error) {
    throwOutOfReach(error);
    if (error instanceof HoldfastError && error.code.startsWith('RESTIC_')) return undefined;
    throw error;
  }
}

/** At most so many of a list, evenly from all of it. */
export function evenly<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, index) => list[Math.floor((index * list.length) / most)]).flatMap((one) =>
    one === undefined ? [] : [one],
  );
}
