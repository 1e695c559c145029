import { type Digest, digestAlgorithm } from '#core/digest.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import { problemList } from '#core/problem-list.ts';
import type { Image, LayerIdentity, LayerRead, ReadImage, ReadLayer } from '#image/image.ts';
import { type About, assemble } from '#source/archive/assemble.ts';
import {
  checkSize,
  descriptionTooLarge,
  digestMismatch,
  explained,
  missingLayer,
} from '#source/archive/layout-errors.ts';
import { layoutNames } from '#source/archive/layout-names.ts';
import { type Passed, passBy } from '#source/archive/pass-by.ts';
import { type PreferredLayout, selectImage } from '#source/archive/select-image.ts';
import type { ImageChoice, SelectedLayer } from '#source/archive/selected-image.ts';
import { emptyLayer, layerForeign } from '#source/archive/unread-layer.ts';

const MAX_PROBLEMS = 100;

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
  await passBy(chunks, names, readLayer, problems.add);
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
    const expected = selected.layers[index]?.expected ?? {};
    if (place.kind === 'failed') throw place.error;
    if (place.kind === 'layer') reads.push(compared(place.read, expected, choice.verify));
    else if (place.kind === 'unread') {
      problems.add(problemOf(place.error));
      reads.push(await readLayer(emptyLayer(), {}));
    } else {
      // It did not look like a layer, and was kept: what is wrong with it is said by who reads layers.
      const { bytes } = place;
      const chunks = async function* () {
        yield bytes;
      };
      reads.push(await readLayer({ kind: 'stream', chunks: chunks() }, expected));
    }
  }
  const layers = selected.layers.map((layer) => {
    const passed = names.find(layer.path);
    return passed === undefined ? layer : { ...layer, sizeBytes: passed.sizeBytes };
  });
  return assemble(about, { ...selected, layers }, reads, choice.verify ? 'digests' : 'none', problems.all());
}

type Place<R> = Passed<R> | { readonly kind: 'unread'; readonly error: HoldfastError };

function locate<R>(layer: SelectedLayer, found: Passed<R> | undefined, verify: boolean): Place<R> {
  const { unread, foreign, path, expected } = layer;
  if (unread !== undefined) return { kind: 'unread', error: unread };
  if (found === undefined && foreign === true) return { kind: 'unread', error: layerForeign(expected.digest ?? path) };
  if (found === undefined) throw missingLayer(path);
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
