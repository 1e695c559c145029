import { type HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { Image, LayerRead, ReadLayer } from '#image/image.ts';
import { type About, assemble } from '#source/archive/assemble.ts';
import { type BlobFiles, type FileRange, readSmall } from '#source/archive/blob-files.ts';
import { checkSize, explained, missingLayer } from '#source/archive/layout-errors.ts';
import { type PreferredLayout, selectImage } from '#source/archive/select-image.ts';
import type { ImageChoice, SelectedLayer } from '#source/archive/selected-image.ts';
import { emptyLayer, layerForeign } from '#source/archive/unread-layer.ts';

/** Layers read at once: one inflates on another thread while this one parses. */
const LAYERS_AT_ONCE = 2;

/**
 * An image whose files can be read at any offset: a layout's directory or an uncompressed archive. A layer that the image
 * has twice is read once.
 * Reading throws what {@link selectImage} and reading layers throw, `IMAGE_LAYER_MISSING` and `BLOB_SIZE_MISMATCH`.
 */
export function openLayout(files: BlobFiles, about: About, choice: ImageChoice, prefer: PreferredLayout): Image {
  return {
    read: async (readLayer) => {
      const read = (path: string, limitBytes: number) => {
        const range = files.find(path);
        return range && readSmall(range, limitBytes);
      };
      const selected = explained(files.problems, () => selectImage(read, choice, prefer));
      const found = explained(files.problems, () =>
        selected.layers.map((layer) => locate(layer, files, choice.verify)),
      );
      const reads = await readInTurn(selected.layers, found, readLayer);
      const unread = found.flatMap((place) => ('unread' in place ? [problemOf(place.unread)] : []));
      const problems: readonly Problem[] = [...files.problems, ...unread];
      const layers = selected.layers.map((layer, index) => withSize(layer, found[index]));
      return assemble(about, { ...selected, layers }, reads, choice.verify ? 'digests' : 'none', problems);
    },
    close: async () => undefined,
  };
}

type Place = { readonly range: FileRange } | { readonly unread: HoldfastError };

function locate(layer: SelectedLayer, files: BlobFiles, verify: boolean): Place {
  const { path, unread, foreign, expected } = layer;
  if (unread !== undefined) return { unread };
  const range = files.find(path);
  if (range === undefined) {
    if (foreign === true) return { unread: layerForeign(expected.digest ?? path) };
    throw missingLayer(path);
  }
  if (verify) checkSize(layer, range.sizeBytes);
  return { range };
}

function withSize(layer: SelectedLayer, place: Place | undefined): SelectedLayer {
  return place !== undefined && 'range' in place ? { ...layer, sizeBytes: place.range.sizeBytes } : layer;
}

async function readInTurn<R>(
  layers: readonly SelectedLayer[],
  places: readonly Place[],
  readLayer: ReadLayer<R>,
): Promise<readonly LayerRead<R>[]> {
  const started = new Map<string, Promise<LayerRead<R>>>();
  const results: LayerRead<R>[] = [];
  const read = (index: number): Promise<LayerRead<R>> => {
    const place = places[index];
    const expected = layers[index]?.expected ?? {};
    if (place === undefined || 'unread' in place) return readLayer(emptyLayer(), {});
    const { file, offset, sizeBytes } = place.range;
    const key = [file, offset, sizeBytes, expected.digest, expected.diffId].join('\0');
    const reading = started.get(key) ?? readLayer({ kind: 'range', ...place.range }, expected);
    started.set(key, reading);
    return reading;
  };
  const failed = new Map<number, unknown>();
  let next = 0;
  const lane = async () => {
    while (next < layers.length) {
      const index = next++;
      try {
        results[index] = await read(index);
      } catch (error) {
        failed.set(index, error);
        // The image has failed: the other lane is not to begin another layer.
        next = layers.length;
      }
    }
  };
  await Promise.all(Array.from({ length: LAYERS_AT_ONCE }, lane));
  // The lowest one, whichever was first: the same image fails in the same way.
  if (failed.size > 0) throw failed.get(Math.min(...failed.keys()));
  return results;
}
