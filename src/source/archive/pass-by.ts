import { decompress } from '#base/compress/decompress.ts';
import { detectCompression, MAGIC_BYTES } from '#base/compress/detect.ts';
import { peek } from '#base/files/peek.ts';
import type { NestedWant } from '#base/tar/entry.ts';
import { BLOCK, isZeroBlock, parseHeader } from '#base/tar/header.ts';
import { TRUNCATED_BODY } from '#base/tar/problems.ts';
import { readTarStream } from '#base/tar/read-stream.ts';
import type { Problem } from '#core/errors.ts';
import type { LayerRead, ReadLayer } from '#image/image.ts';
import { blobDigest } from '#source/archive/blob-path.ts';
import type { LayoutNames } from '#source/archive/layout-names.ts';

/** Descriptions (manifests, configs) that are kept while the archive passes by. */
const MAX_DESCRIPTION_BYTES = 8 * 1024 * 1024;
const MAX_DESCRIPTIONS_BYTES = 64 * 1024 * 1024;
/** Layers of all images in the archive. */
const MAX_LAYERS = 10_000;

/** What became of a file of the archive. */
export type Passed<R> =
  | { readonly kind: 'description'; readonly bytes: Buffer; readonly sizeBytes: number }
  | { readonly kind: 'layer'; readonly read: LayerRead<R>; readonly sizeBytes: number }
  | { readonly kind: 'failed'; readonly error: unknown; readonly sizeBytes: number };

/**
 * Reads an archive, whatever it is compressed with, as it passes by: each layer to its result, all else is kept as far as it
 * can be a description. What was cut off is left out.
 * @throws `TAR_NOT_AN_ARCHIVE`, `ARCHIVE_TOO_MANY_FILES`, and what decompression and the chunks throw
 */
export async function passBy<R>(
  chunks: AsyncIterable<Uint8Array>,
  names: LayoutNames<Passed<R>>,
  readLayer: ReadLayer<R>,
  problem: (problem: Problem) => void,
): Promise<void> {
  let kept = 0;
  let layers = 0;
  const consume = async (path: string, sizeBytes: number, body: AsyncIterable<Buffer>) => {
    const { head, all } = await peek(body, BLOCK);
    const layer = looksLikeLayer(head) || sizeBytes > MAX_DESCRIPTION_BYTES;
    const passed = await (layer ? read(path, sizeBytes, all) : describe(sizeBytes, all));
    if (passed !== undefined) names.put(path, passed);
  };
  const describe = async (sizeBytes: number, body: AsyncIterable<Uint8Array>): Promise<Passed<R> | undefined> => {
    if (kept + sizeBytes > MAX_DESCRIPTIONS_BYTES) return undefined;
    kept += sizeBytes;
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(Buffer.from(part));
    return { kind: 'description', bytes: Buffer.concat(parts), sizeBytes };
  };
  const read = async (
    path: string,
    sizeBytes: number,
    body: AsyncIterable<Uint8Array>,
  ): Promise<Passed<R> | undefined> => {
    layers += 1;
    if (layers > MAX_LAYERS) return undefined;
    const digest = blobDigest(path);
    try {
      const found = await readLayer({ kind: 'stream', chunks: body }, digest === undefined ? {} : { digest });
      return { kind: 'layer', read: found, sizeBytes };
    } catch (error) {
      return { kind: 'failed', error, sizeBytes };
    }
  };
  let current = '';
  await readTarStream<NestedWant>(await plain(chunks), {
    problem: (found) => {
      problem(found);
      // A file that was cut off is none: that it was is a problem of the archive.
      if (found === TRUNCATED_BODY) names.remove(current);
    },
    entry: (entry) => {
      names.entry(entry);
      current = entry.path;
      const { path, type, sizeBytes } = entry;
      if (type !== 'file') return undefined;
      return { kind: 'nested', consume: (body) => consume(path, sizeBytes, body) };
    },
  });
}

/** A layer is compressed, or begins with a tar's header or with the zeros that end an empty one. */
function looksLikeLayer(head: Buffer): boolean {
  if (detectCompression(head) !== 'none') return true;
  return head.length === BLOCK && (parseHeader(head) !== undefined || isZeroBlock(head));
}

/** The archive itself, whatever it was compressed with. */
async function plain(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { head, all } = await peek(chunks, MAGIC_BYTES);
  return decompress(all, detectCompression(head));
}
