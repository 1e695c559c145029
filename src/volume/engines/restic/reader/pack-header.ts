import { HoldfastError } from '#core/errors.ts';
import type { BlobRange } from '#volume/engines/restic/reader/blob-table.ts';
import type { ResticFile, ResticFiles } from '#volume/engines/restic/reader/files.ts';
import { type ResticKey, SEAL_BYTES, unseal } from '#volume/engines/restic/reader/seal.ts';

/** More than restic writes: 400,000 blobs. */
const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const LENGTH_BYTES = 4;
/** Read at once: nearly every header is in there. */
const TAIL_BYTES = 64 * 1024;

/**
 * The blobs of a pack, in the order in which they lie there without gaps, from its own authenticated header (restic's
 * design document, "Pack Format"): what an index says of it is only a copy.
 * @throws `RESTIC_PACK_DAMAGED`, and what reading throws
 */
export async function readPackHeader(
  files: Pick<ResticFiles, 'read'>,
  key: ResticKey,
  pack: ResticFile,
): Promise<readonly BlobRange[]> {
  const tailBytes = Math.min(pack.sizeBytes, TAIL_BYTES);
  const tail = await files.read('pack', pack.name, pack.sizeBytes - tailBytes, tailBytes);
  if (tail.length < LENGTH_BYTES + SEAL_BYTES) throw damaged(pack.name, `it has ${pack.sizeBytes} bytes`);
  const sizeBytes = tail.readUInt32LE(tail.length - LENGTH_BYTES);
  const from = pack.sizeBytes - LENGTH_BYTES - sizeBytes;
  if (sizeBytes > MAX_HEADER_BYTES || from < 0) throw damaged(pack.name, `its header would have ${sizeBytes} bytes`);
  const inTail = from - (pack.sizeBytes - tailBytes);
  const sealed =
    inTail >= 0
      ? tail.subarray(inTail, tail.length - LENGTH_BYTES)
      : await files.read('pack', pack.name, from, sizeBytes);
  const plain = unseal(key, sealed);
  if (plain === undefined) throw damaged(pack.name, 'its header was changed');
  const blobs = parseEntries(plain, pack.name);
  const endBytes = blobs.reduce((end, blob) => end + blob.sizeBytes, 0);
  if (endBytes !== from) throw damaged(pack.name, `its blobs end at byte ${endBytes}, its header begins at ${from}`);
  return blobs;
}

function parseEntries(header: Buffer, pack: string): readonly BlobRange[] {
  const blobs: BlobRange[] = [];
  let offsetBytes = 0;
  for (let at = 0; at < header.length; ) {
    const type = header[at] ?? 0;
    if (type > 3) throw damaged(pack, `its header names a blob of type ${type}`);
    const compressed = type >= 2;
    const entryBytes = compressed ? 41 : 37;
    if (at + entryBytes > header.length) throw damaged(pack, 'its header ends early');
    const sizeBytes = header.readUInt32LE(at + 1);
    blobs.push({
      type: (type & 1) === 1 ? 'tree' : 'data',
      id: header.subarray(at + entryBytes - 32, at + entryBytes),
      offsetBytes,
      sizeBytes,
      plainSizeBytes: compressed ? header.readUInt32LE(at + 5) : 0,
    });
    offsetBytes += sizeBytes;
    at += entryBytes;
  }
  return blobs;
}

function damaged(pack: string, why: string): HoldfastError {
  return new HoldfastError('RESTIC_PACK_DAMAGED', `Pack ${pack} cannot be read: ${why}`);
}
