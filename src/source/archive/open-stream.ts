import { decompress } from '#base/compress/decompress.ts';
import { detectCompression, MAGIC_BYTES } from '#base/compress/detect.ts';
import { peek } from '#base/files/peek.ts';
import type { NestedWant } from '#base/tar/entry.ts';
import { BLOCK, parseHeader } from '#base/tar/header.ts';
import { TRUNCATED_BODY } from '#base/tar/problems.ts';
import { readTarStream } from '#base/tar/read-stream.ts';
import { type Digest, digestAlgorithm } from '#core/digest.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { problemList } from '#core/problem-list.ts';
import type { Image, LayerIdentity, LayerRead, ReadImage, ReadLayer } from '#image/image.ts';
import { type About, assemble } from '#source/archive/assemble.ts';
import { blobDigest } from '#source/archive/blob-path.ts';
import {
  checkSize,
  descriptionTooLarge,
  digestMismatch,
  explained,
  missingLayer,
} from '#source/archive/layout-errors.ts';
import { type LayoutNames, layoutNames } from '#source/archive/layout-names.ts';
import { type PreferredLayout, selectImage } from '#source/archive/select-image.ts';
import type { ImageChoice, SelectedLayer } from '#source/archive/selected-image.ts';
import { emptyLayer, layerForeign } from '#source/archive/unread-layer.ts';

/** Descriptions (manifests, configs) that are kept while the archive passes by. */
const MAX_DESCRIPTION_BYTES = 8 * 1024 * 1024;
const MAX_DESCRIPTIONS_BYTES = 64 * 1024 * 1024;
/** Layers of all images in the archive. */
const MAX_LAYERS = 10_000;
const MAX_PROBLEMS = 100;
/** Notes such as VERSION and empty files are neither layer nor description. */
const MIN_FILE_BYTES = 8;

/** What became of a file of the archive. */
type Passed<R> =
  | { readonly kind: 'description'; readonly bytes: Buffer }
  | { readonly kind: 'layer'; readonly read: LayerRead<R>; readonly sizeBytes: number }
  | { readonly kind: 'failed'; readonly error: unknown; readonly sizeBytes: number };

/**
 * An image in an archive that passes by once (docker save through a pipe or gzip): nothing of it is kept but what
 * describes it. Layers are read as they come, before it is known which image they belong to, and compared afterwards.
 * Reading throws what reading a layout does.
 */
export function openArchiveStream(
  open: () => Promise<AsyncIterable<Uint8Array>>,
  about: About,
  choice: ImageChoice,
  prefer: PreferredLayout = 'docker',
): Image {
  return {
    read: async (readLayer) => readStream(await open(), about, choice, prefer, readLayer),
    close: async () => undefined,
  };
}

async function readStream<R>(
  chunks: AsyncIterable<Uint8Array>,
  about: About,
  choice: ImageChoice,
  prefer: PreferredLayout,
  readLayer: ReadLayer<R>,
): Promise<ReadImage<R>> {
  const problems = problemList(MAX_PROBLEMS, 'the archive');
  const names = layoutNames<Passed<R>>();
  await passBy(await plain(chunks), names, readLayer, problems.add);
  const read = (path: string, limitBytes: number) => {
    const found = names.find(path);
    if (found?.kind !== 'description') return undefined;
    if (found.bytes.length > limitBytes) throw descriptionTooLarge(found.bytes.length, limitBytes);
    return found.bytes;
  };
  const selected = explained(problems.all(), () => selectImage(read, choice, prefer));
  const places = explained(problems.all(), () =>
    selected.layers.map((layer) => locate(layer, names.find(layer.path), choice.verify)),
  );
  const reads: LayerRead<R>[] = [];
  for (const [index, place] of places.entries()) {
    if (place.kind === 'unread') {
      problems.add(problemOf(place.error));
      reads.push(await readLayer(emptyLayer(), {}));
    } else if (place.kind === 'failed') throw place.error;
    else reads.push(compared(place.read, selected.layers[index]?.expected ?? {}, choice.verify));
  }
  return assemble(about, selected, reads, choice.verify ? 'digests' : 'none', problems.all());
}

type Place<R> =
  | Exclude<Passed<R>, { kind: 'description' }>
  | { readonly kind: 'unread'; readonly error: HoldfastError };

function locate<R>(layer: SelectedLayer, found: Passed<R> | undefined, verify: boolean): Place<R> {
  const { unread, foreign, path, expected } = layer;
  if (unread !== undefined) return { kind: 'unread', error: unread };
  if (found === undefined && foreign === true) return { kind: 'unread', error: layerForeign(expected.digest ?? path) };
  if (found === undefined || found.kind === 'description') throw missingLayer(path);
  if (verify) checkSize(layer, found.sizeBytes);
  return found;
}

/** What reading a layer gave, if it was the layer that is meant. */
function compared<R>(read: LayerRead<R>, expected: LayerIdentity, verify: boolean): LayerRead<R> {
  for (const [what, part] of [
    ['A layer', 'digest'],
    ['A layer (uncompressed)', 'diffId'],
  ] as const) {
    const wanted = expected[part];
    const actual = read[part];
    if (!verify || wanted === undefined || wanted === actual) continue;
    if (actual === undefined || digestAlgorithm(wanted) !== digestAlgorithm(actual)) throw notComputed(what, wanted);
    throw digestMismatch(what, wanted, actual);
  }
  return read;
}

/** What a layer must be is not known while it passes by, so that only sha256 is computed of what is inside. */
function notComputed(what: string, wanted: Digest): HoldfastError {
  return new HoldfastError(
    'DIGEST_NOT_COMPUTED',
    `${what} is named ${wanted}, which was not computed as it passed by`,
    {
      path: wanted,
      hint: 'Decompress the archive: a plain one is read again where it must be.',
    },
  );
}

async function passBy<R>(
  chunks: AsyncIterable<Uint8Array>,
  names: LayoutNames<Passed<R>>,
  readLayer: ReadLayer<R>,
  problem: (problem: Problem) => void,
): Promise<void> {
  let kept = 0;
  let layers = 0;
  const consume = async (path: string, sizeBytes: number, body: AsyncIterable<Buffer>) => {
    const { head, all } = await peek(body, BLOCK);
    const passed = await (looksLikeJson(head) ? describe(sizeBytes, all) : read(path, sizeBytes, all));
    if (passed !== undefined) names.put(path, passed);
  };
  const describe = async (sizeBytes: number, body: AsyncIterable<Uint8Array>): Promise<Passed<R> | undefined> => {
    if (sizeBytes > MAX_DESCRIPTION_BYTES || kept + sizeBytes > MAX_DESCRIPTIONS_BYTES) return undefined;
    kept += sizeBytes;
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(Buffer.from(part));
    return { kind: 'description', bytes: Buffer.concat(parts) };
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
  await readTarStream<NestedWant>(chunks, {
    problem: (found) => {
      problem(found);
      // A file that was cut off is none: that it was is a problem of the archive.
      if (found === TRUNCATED_BODY) names.remove(current);
    },
    entry: (entry) => {
      names.entry(entry);
      current = entry.path;
      const { path, type, sizeBytes } = entry;
      if (type !== 'file' || sizeBytes < MIN_FILE_BYTES) return undefined;
      return { kind: 'nested', consume: (body) => consume(path, sizeBytes, body) };
    },
  });
}

/** A layer is a tar or compressed. A tar may begin like JSON, with a file's name, but no JSON looks like a tar's header. */
function looksLikeJson(head: Buffer): boolean {
  const text = /^[ \n\r\t]*[[{]/.test(head.toString('latin1'));
  return text && (head.length < BLOCK || parseHeader(head) === undefined);
}

/** The archive itself, whatever it was compressed with. */
async function plain(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { head, all } = await peek(chunks, MAGIC_BYTES);
  return decompress(all, detectCompression(head));
}
