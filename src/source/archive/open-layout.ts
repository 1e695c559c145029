import { HoldfastError } from '#core/errors.ts';
import type { Image, LayerRead, ReadLayer } from '#image/image.ts';
import { type About, assemble, missingLayer } from '#source/archive/assemble.ts';
import { type BlobFiles, readSmall } from '#source/archive/blob-files.ts';
import { type ImageChoice, selectImage } from '#source/archive/select-image.ts';

/** Layers read at once: one inflates on another thread while this one parses. */
const LAYERS_AT_ONCE = 2;

/**
 * An image whose files can be read at any offset: a layout's directory or an uncompressed archive.
 * Reading throws what {@link selectImage} and reading layers throw, `IMAGE_LAYER_MISSING` and `ARCHIVE_INVALID`.
 */
export function openLayout(files: BlobFiles, about: About, choice: ImageChoice, prefer: 'docker' | 'oci'): Image {
  return {
    read: async (readLayer) => {
      const read = (path: string, limitBytes: number) => {
        const range = files.find(path);
        return range && readSmall(range, limitBytes);
      };
      const selected = selectImage(read, choice, prefer);
      const ranges = selected.layers.map(({ path, sizeBytes }) => {
        const range = files.find(path);
        if (range === undefined) throw missingLayer(path);
        if (choice.verify && sizeBytes !== undefined && range.sizeBytes !== sizeBytes)
          throw sizeMismatch(path, sizeBytes, range.sizeBytes);
        return range;
      });
      const reads = await readInTurn(ranges.length, (index) => {
        const range = ranges[index];
        if (range === undefined) throw missingLayer(String(index));
        return readLayer({ kind: 'range', ...range }, selected.layers[index]?.expected ?? {});
      });
      return assemble(about, selected, reads, choice.verify ? 'digests' : 'none', files.problems);
    },
    close: async () => undefined,
  };
}

async function readInTurn<R>(
  count: number,
  read: (index: number) => ReturnType<ReadLayer<R>>,
): Promise<readonly LayerRead<R>[]> {
  const results = new Array<LayerRead<R>>(count);
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) results[index] = await read(index);
  };
  await Promise.all(Array.from({ length: LAYERS_AT_ONCE }, lane));
  return results;
}

function sizeMismatch(path: string, expected: number, actual: number): HoldfastError {
  return new HoldfastError('BLOB_SIZE_MISMATCH', `A blob should have ${expected} bytes but has ${actual}`, {
    path,
    hint: 'The archive was cut off or tampered with. Make it again.',
  });
}
