import type { PortableZstd } from '#base/compress/zstd-portable.ts';
import { HoldfastError } from '#core/errors.ts';
import { type ResticKey, unseal } from '#volume/engines/restic/reader/seal.ts';

/** Most bytes of JSON in a file. restic's own index files have some 20 MiB. */
const MAX_JSON_BYTES = 256 * 1024 * 1024;
const COMPRESSED = 2;

/**
 * The JSON text of an index, a snapshot or the configuration (restic's design document, "Unpacked Data Format").
 * @throws `RESTIC_FILE_DAMAGED`, `ZSTD_CORRUPT`, `DECOMPRESS_LIMIT`
 */
export function openUnpacked(key: ResticKey, zstd: PortableZstd, sealed: Buffer): Buffer {
  const plain = unseal(key, sealed);
  if (plain === undefined) throw damaged('it was changed, or sealed with another key');
  const [first] = plain;
  if (first === 0x5b || first === 0x7b) return plain;
  if (first === COMPRESSED) return zstd.whole(plain.subarray(1), MAX_JSON_BYTES);
  throw damaged(`its encoding is ${first ?? 'missing'}`);
}

function damaged(why: string): HoldfastError {
  return new HoldfastError('RESTIC_FILE_DAMAGED', `The file cannot be decrypted: ${why}`);
}
