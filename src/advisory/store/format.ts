import { corrupt } from '#advisory/store/store-error.ts';
import { HoldfastError } from '#core/errors.ts';

/**
 * The file, little-endian throughout:
 *
 *     magic (8), version (4), zeros (4)
 *     blocks, each compressed by itself (zlib format, so that damage is noticed)
 *     information: JSON
 *     index of the blocks
 *     trailer (88): offset (8), lengths of information (4) and index (4), SHA-256 of the two (32),
 *                   SHA-256 of every byte up to here (32), magic (8)
 *
 * A block holds entries sorted by key, bytewise: length of the key (2), of the body (4), key, body. A key is
 * `ecosystem NUL package`, its body a JSON array of advisories; a package with many of them has several entries, one
 * after the other. What is known of the exploitation of CVEs lies in pages ({@link file://./cve-page.ts}), each under
 * `NUL` and its first CVE. Under the byte 255 and an id stand the packages that it is about, a JSON array of pairs.
 */
export const MAGIC = Buffer.from('hfadvdb\n', 'latin1');
const VERSION = 3;
export const PREAMBLE_BYTES = 16;
export const TRAILER_BYTES = 88;
export const ENTRY_HEAD_BYTES = 6;
/** A block is closed once it is this large. */
export const BLOCK_BYTES = 12 * 1024;
/** One advisory may be larger than a block, but not than this. */
export const LARGEST_BODY_BYTES = 4 * 1024 * 1024;
export const LARGEST_BLOCK_BYTES = LARGEST_BODY_BYTES + 2 * BLOCK_BYTES;
const LARGEST_INFORMATION_BYTES = 16 * 1024 * 1024;
const LARGEST_INDEX_BYTES = 256 * 1024 * 1024;
export const LARGEST_KEY_BYTES = 0xffff;

export interface Trailer {
  readonly offset: number;
  readonly informationBytes: number;
  readonly indexBytes: number;
  readonly directoryHash: Buffer;
  readonly contentHash: Buffer;
}

export function preamble(): Buffer {
  const bytes = Buffer.alloc(PREAMBLE_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(VERSION, 8);
  return bytes;
}

/** @throws `ADVISORIES_CORRUPT`, `ADVISORIES_VERSION` */
export function checkPreamble(bytes: Buffer): void {
  if (!bytes.subarray(0, 8).equals(MAGIC)) {
    throw new HoldfastError('ADVISORIES_CORRUPT', 'It is no file of advisories as holdfast db build makes them', {
      hint: 'OSV exports and other feeds go through holdfast db build first; a damaged file is to be fetched again.',
    });
  }
  const version = bytes.readUInt32LE(8);
  if (version === VERSION) return;
  throw new HoldfastError(
    'ADVISORIES_VERSION',
    `The file of advisories has format ${version}, this program reads ${VERSION}`,
    {
      hint:
        version > VERSION
          ? 'It was written by a newer holdfast: update this one, or build the file again with holdfast db build.'
          : 'Build it again with holdfast db build, or fetch it with holdfast db update.',
    },
  );
}

/** The trailer without its last two parts: what the content's hash covers. */
export function trailerHead(trailer: Omit<Trailer, 'contentHash'>): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.writeBigUInt64LE(BigInt(trailer.offset), 0);
  bytes.writeUInt32LE(trailer.informationBytes, 8);
  bytes.writeUInt32LE(trailer.indexBytes, 12);
  trailer.directoryHash.copy(bytes, 16);
  return bytes;
}

/** @throws `ADVISORIES_CORRUPT` unless everything lies where it should in a file of this size */
export function parseTrailer(bytes: Buffer, fileBytes: number): Trailer {
  if (!bytes.subarray(80).equals(MAGIC)) throw corrupt('it does not end like one');
  const trailer: Trailer = {
    offset: Number(bytes.readBigUInt64LE(0)),
    informationBytes: bytes.readUInt32LE(8),
    indexBytes: bytes.readUInt32LE(12),
    directoryHash: bytes.subarray(16, 48),
    contentHash: bytes.subarray(48, 80),
  };
  const { offset, informationBytes, indexBytes } = trailer;
  if (informationBytes > LARGEST_INFORMATION_BYTES || indexBytes > LARGEST_INDEX_BYTES)
    throw corrupt('it is too large');
  if (offset < PREAMBLE_BYTES || offset + informationBytes + indexBytes + TRAILER_BYTES !== fileBytes) {
    throw corrupt('its parts do not add up to its size');
  }
  return trailer;
}
