import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { type Decompressed, type DecompressLimits, decompress } from '#base/compress/decompress.ts';
import { detectCompression, MAGIC_BYTES } from '#base/compress/detect.ts';
import { fileChunks, unreadableFile } from '#base/files/file-chunks.ts';
import { peek } from '#base/files/peek.ts';
import type { RangeHasher } from '#base/hash/range-hash.ts';
import { readTarRange } from '#base/tar/read-range.ts';
import { readTarStream } from '#base/tar/read-stream.ts';
import { type Digest, digestAlgorithm, parseDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import type { LayerContent, LayerIdentity } from '#image/image.ts';
import type { LayerVisitor } from '#image/layer-visitor.ts';
import { withWhiteouts } from '#image/whiteouts.ts';

export interface LayerReading {
  readonly hasher: RangeHasher;
  /** False: nothing is hashed, and what was read is not proved to be the image's. */
  readonly verify: boolean;
  /** What compressed layers may become; a default where it is left out. */
  readonly limits?: DecompressLimits;
  /** Counts what the layers of one image became, so that the limits hold for all of them together. */
  readonly spent?: Decompressed;
}

/**
 * Reads a layer's archive once and shows its entries to the visitor. Hashes the bytes as stored and uncompressed,
 * compares both with what is expected, and gives what it computed.
 * @throws `IMAGE_DIGEST_MISMATCH`, `TAR_NOT_AN_ARCHIVE`, `FILE_UNREADABLE`, and what decompression and the source throw
 */
export async function readLayerArchive(
  content: Extract<LayerContent, { kind: 'range' | 'stream' }>,
  expected: LayerIdentity,
  visitor: LayerVisitor,
  reading: LayerReading,
): Promise<LayerIdentity> {
  const digests =
    content.kind === 'range'
      ? await readRange(content, expected, visitor, reading)
      : await readChunks(content.chunks, expected, visitor, reading);
  compare('layer', expected.digest, digests.digest);
  compare('layer (uncompressed)', expected.diffId, digests.diffId);
  return digests;
}

function compare(what: string, expected: Digest | undefined, actual: Digest | undefined): void {
  if (expected === undefined || actual === undefined || expected === actual) return;
  throw new HoldfastError('IMAGE_DIGEST_MISMATCH', `A ${what} should be ${expected} but is ${actual}`, {
    path: expected,
    hint: 'The image was damaged or tampered with on its way. Fetch it again; nothing of it was believed.',
  });
}

async function readRange(
  content: Extract<LayerContent, { kind: 'range' }>,
  expected: LayerIdentity,
  visitor: LayerVisitor,
  reading: LayerReading,
): Promise<LayerIdentity> {
  const { file, offset, sizeBytes } = content;
  const fd = opened(file);
  try {
    const head = Buffer.alloc(MAGIC_BYTES);
    const length = attempt(file, () => readSync(fd, head, 0, Math.min(MAGIC_BYTES, sizeBytes), offset));
    if (detectCompression(head.subarray(0, length)) !== 'none') {
      return await readChunks(fileChunks(fd, offset, sizeBytes), expected, visitor, reading);
    }
    // Beside the walk: the worker hashes while this thread seeks from header to header.
    const hash = (algorithm: string) => reading.hasher.hash(fd, offset, sizeBytes, algorithm);
    const hashing = reading.verify ? plainDigests(expected, hash) : Promise.resolve({});
    hashing.catch(() => undefined);
    try {
      attempt(file, () => readTarRange(fd, offset, sizeBytes, withWhiteouts(visitor)));
    } finally {
      // The file must stay open as long as the worker reads it.
      await hashing.catch(() => undefined);
    }
    return await hashing;
  } finally {
    closeSync(fd);
  }
}

function opened(file: string): number {
  return attempt(file, () => openSync(file, 'r'));
}

/** The operating system's errors get a code of ours. */
function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof HoldfastError ? error : unreadableFile(error, file);
  }
}

async function readChunks(
  chunks: AsyncIterable<Uint8Array>,
  expected: LayerIdentity,
  visitor: LayerVisitor,
  reading: LayerReading,
): Promise<LayerIdentity> {
  const { head, all } = await peek(chunks, MAGIC_BYTES);
  const compression = detectCompression(head);
  const [storedBy, unpackedBy] = algorithmsOf(expected);
  const stored = createHash(storedBy);
  // An uncompressed layer has one digest, unless the two that are expected were made in different ways.
  const once = compression === 'none' && storedBy === unpackedBy;
  const unpacked = once ? stored : createHash(unpackedBy);
  const through = (bytes: AsyncIterable<Uint8Array>, hash: Hash) => (reading.verify ? hashed(bytes, hash) : bytes);
  const plain = decompress(through(all, stored), compression, reading.limits, reading.spent);
  await readTarStream(once ? plain : through(plain, unpacked), withWhiteouts(visitor));
  if (!reading.verify) return {};
  const diffId = digestOf(unpackedBy, unpacked.digest('hex'));
  return { diffId, digest: once ? diffId : digestOf(storedBy, stored.digest('hex')) };
}

async function plainDigests(
  expected: LayerIdentity,
  hash: (algorithm: string) => Promise<string>,
): Promise<LayerIdentity> {
  const [storedBy, unpackedBy] = algorithmsOf(expected);
  const diffId = digestOf(unpackedBy, await hash(unpackedBy));
  return { diffId, digest: storedBy === unpackedBy ? diffId : digestOf(storedBy, await hash(storedBy)) };
}

/** How the bytes as stored, and how the uncompressed ones are to be hashed. */
function algorithmsOf({ digest, diffId }: LayerIdentity): readonly [string, string] {
  const by = (known: Digest | undefined) => (known === undefined ? 'sha256' : digestAlgorithm(known));
  return [by(digest ?? diffId), by(diffId)];
}

function digestOf(algorithm: string, hex: string): Digest {
  return parseDigest(`${algorithm}:${hex}`);
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
