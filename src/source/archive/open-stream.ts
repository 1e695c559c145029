import { decompress } from '#base/compress/decompress.ts';
import { detectCompression } from '#base/compress/detect.ts';
import type { NestedWant } from '#base/tar/entry.ts';
import { readTarStream } from '#base/tar/read-stream.ts';
import { isDigest } from '#core/digest.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { Image, LayerIdentity, LayerRead, ReadLayer } from '#image/image.ts';
import { type About, assemble, missingLayer } from '#source/archive/assemble.ts';
import { followLinks, linkedPath } from '#source/archive/blob-files.ts';
import { type ImageChoice, type SelectedImage, selectImage } from '#source/archive/select-image.ts';

/** Descriptions (manifests, configs) that are kept while the archive passes by. */
const MAX_DESCRIPTION_BYTES = 8 * 1024 * 1024;
const MAX_DESCRIPTIONS_BYTES = 64 * 1024 * 1024;
const MAX_FILES = 100_000;

type Outcome<R> = { readonly read: LayerRead<R> } | { readonly error: unknown };

/**
 * An image in an archive that passes by once (docker save through a pipe or gzip): nothing of it is kept but what
 * describes it. Layers are read as they come, before it is known which image they belong to, and compared afterwards.
 */
export function openArchiveStream(
  open: () => Promise<AsyncIterable<Uint8Array>>,
  about: About,
  choice: ImageChoice,
): Image {
  return {
    read: async (readLayer) => {
      const passed = await passBy(await open(), readLayer);
      const find = <T>(path: string, found: ReadonlyMap<string, T>) => followLinks(path, found, passed.links);
      const selected = selectImage((path) => find(path, passed.descriptions), choice, 'docker');
      const reads = selected.layers.map(({ path, expected }) => {
        const outcome = find(path, passed.layers);
        if (outcome === undefined) throw missingLayer(path);
        if ('error' in outcome) throw outcome.error;
        return compared(outcome.read, expected);
      });
      return assemble(about, selected, reads, choice.verify ? 'digests' : 'none', passed.problems);
    },
    close: async () => undefined,
  };
}

interface Passed<R> {
  readonly descriptions: ReadonlyMap<string, Buffer>;
  readonly layers: ReadonlyMap<string, Outcome<R>>;
  readonly links: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

async function passBy<R>(chunks: AsyncIterable<Uint8Array>, readLayer: ReadLayer<R>): Promise<Passed<R>> {
  const descriptions = new Map<string, Buffer>();
  const layers = new Map<string, Outcome<R>>();
  const links = new Map<string, string>();
  const problems: Problem[] = [];
  let kept = 0;
  let files = 0;
  const consume = async (path: string, sizeBytes: number, body: AsyncIterable<Buffer>) => {
    const source = body[Symbol.asyncIterator]();
    const first = await source.next();
    if (first.done === true) return;
    const all = async function* () {
      yield first.value;
      for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
    };
    // Descriptions are JSON; a layer is a tar or compressed, and neither begins like an object or a list.
    if (isJsonStart(first.value)) {
      if (sizeBytes > MAX_DESCRIPTION_BYTES || kept + sizeBytes > MAX_DESCRIPTIONS_BYTES) return;
      kept += sizeBytes;
      const parts: Buffer[] = [];
      for await (const part of all()) parts.push(Buffer.from(part));
      descriptions.set(path, Buffer.concat(parts));
      return;
    }
    try {
      layers.set(path, { read: await readLayer({ kind: 'stream', chunks: all() }, digestOf(path)) });
    } catch (error) {
      layers.set(path, { error });
    }
  };
  await readTarStream<NestedWant>(await plain(chunks), {
    problem: (problem) => problems.push(problem),
    entry: ({ path, type, sizeBytes, linkTarget }) => {
      files += 1;
      if (files > MAX_FILES) {
        throw new HoldfastError('ARCHIVE_TOO_MANY_FILES', `More than ${MAX_FILES} files: this is no image archive`);
      }
      if (linkTarget !== undefined) links.set(path, linkedPath(path, type, linkTarget));
      // Two-byte notes such as VERSION and empty files are neither layer nor description.
      if (type !== 'file' || sizeBytes < 8) return undefined;
      return { kind: 'nested', consume: (body) => consume(path, sizeBytes, body) };
    },
  });
  return { descriptions, layers, links, problems };
}

function isJsonStart(bytes: Uint8Array): boolean {
  for (const byte of bytes.subarray(0, 64)) {
    if (byte === 0x7b || byte === 0x5b) return true;
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
  }
  return false;
}

/** A layout's blob says in its name what its digest must be. */
function digestOf(path: string): LayerIdentity {
  const match = /^blobs\/(sha256|sha512)\/([0-9a-f]+)$/.exec(path);
  const digest = match === null ? '' : `${match[1]}:${match[2]}`;
  return isDigest(digest) ? { digest } : {};
}

function compared<R>(read: LayerRead<R>, expected: SelectedImage['layers'][number]['expected']): LayerRead<R> {
  for (const part of ['diffId', 'digest'] as const) {
    const wanted = expected[part];
    const actual = read[part];
    if (wanted === undefined || actual === undefined || wanted === actual) continue;
    throw new HoldfastError('IMAGE_DIGEST_MISMATCH', `A layer should be ${wanted} but is ${actual}`, {
      path: wanted,
      hint: 'The image was damaged or tampered with on its way. Fetch it again; nothing of it was believed.',
    });
  }
  return read;
}

/** The archive itself, whatever it was compressed with. */
async function plain(chunks: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const source = chunks[Symbol.asyncIterator]();
  const first = await source.next();
  const all = async function* () {
    if (first.done !== true) yield first.value;
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value;
  };
  return decompress(all(), detectCompression(first.done === true ? Buffer.alloc(0) : first.value));
}
