import { createHash, type Hash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { decompress } from '#base/compress/decompress.ts';
import { detectCompression, MAGIC_BYTES } from '#base/compress/detect.ts';
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
}

const READ_BYTES = 512 * 1024;

/**
 * Reads a layer's archive once and shows its entries to the visitor. Hashes the bytes as stored and uncompressed,
 * compares both with what is expected, and gives what it computed.
 * @throws `IMAGE_DIGEST_MISMATCH`, `TAR_NOT_AN_ARCHIVE`, and what decompression and the source throw
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
  const fd = openSync(content.file, 'r');
  try {
    const head = Buffer.alloc(MAGIC_BYTES);
    readSync(fd, head, 0, Math.min(MAGIC_BYTES, content.sizeBytes), content.offset);
    if (detectCompression(head) === 'none') {
      const algorithm = digestAlgorithm(expected.diffId ?? expected.digest ?? ('sha256:' as Digest));
      // Beside the walk: the worker hashes while this thread seeks from header to header.
      const hashing = reading.verify
        ? reading.hasher.hash(fd, content.offset, content.sizeBytes, algorithm)
        : undefined;
      hashing?.catch(() => undefined);
      try {
        readTarRange(fd, content.offset, content.sizeBytes, withWhiteouts(visitor));
      } catch (error) {
        // The descriptor must outlive the worker's reads.
        await hashing?.catch(() => undefined);
        throw error;
      }
      if (hashing === undefined) return {};
      const digest = parseDigest(`${algorithm}:${await hashing}`);
      return { digest, diffId: digest };
    }
    const end = content.offset + content.sizeBytes - 1;
    const chunks = createReadStream('', {
      fd,
      autoClose: false,
      start: content.offset,
      end,
      highWaterMark: READ_BYTES,
    });
    return await readChunks(chunks as AsyncIterable<Buffer>, expected, visitor, reading);
  } finally {
    closeSync(fd);
  }
}

async function readChunks(
  chunks: AsyncIterable<Uint8Array>,
  expected: LayerIdentity,
  visitor: LayerVisitor,
  reading: LayerReading,
): Promise<LayerIdentity> {
  const stored = hashOf(reading.verify, expected.digest);
  const unpacked = hashOf(reading.verify, expected.diffId);
  const { head, all } = await peek(chunks);
  const compression = detectCompression(head);
  if (compression === 'none') {
    await readTarStream(hashed(all, unpacked), withWhiteouts(visitor));
    const digest = finish(unpacked, expected.diffId);
    return digest === undefined ? {} : { digest, diffId: digest };
  }
  const passed = hashed(all, stored);
  await readTarStream(hashed(decompress(passed, compression), unpacked), withWhiteouts(visitor));
  // What follows the compressed data still belongs to the bytes that were promised.
  for await (const _ of passed);
  const digest = finish(stored, expected.digest);
  const diffId = finish(unpacked, expected.diffId);
  return digest === undefined || diffId === undefined ? {} : { digest, diffId };
}

function hashOf(verify: boolean, expected: Digest | undefined): Hash | undefined {
  return verify ? createHash(expected === undefined ? 'sha256' : digestAlgorithm(expected)) : undefined;
}

function finish(hash: Hash | undefined, expected: Digest | undefined): Digest | undefined {
  const algorithm = expected === undefined ? 'sha256' : digestAlgorithm(expected);
  return hash && parseDigest(`${algorithm}:${hash.digest('hex')}`);
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash | undefined): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash?.update(chunk);
    yield chunk;
  }
}

/** The first bytes, and all of them again. */
async function peek(chunks: AsyncIterable<Uint8Array>): Promise<{ head: Uint8Array; all: AsyncIterable<Uint8Array> }> {
  const source = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let have = 0;
  while (have < MAGIC_BYTES) {
    const next = await source.next();
    if (next.done === true) break;
    first.push(next.value);
    have += next.value.byteLength;
  }
  const all = async function* () {
    yield* first;
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
  };
  const one = first[0];
  return { head: first.length === 1 && one !== undefined ? one : Buffer.concat(first), all: all() };
}
