import type { ImageSize } from '#image/image.ts';
import type { SelectedImage, SelectedLayer } from '#source/archive/selected-image.ts';

/**
 * The sum of an image's layers as they are stored, else of the files that an engine counts; undefined where the size of one is not
 * known, or whether that is of compressed bytes.
 */
export function imageSize({
  layers,
  unpackedBytes,
}: Pick<SelectedImage, 'layers' | 'unpackedBytes'>): ImageSize | undefined {
  const forms = layers.map(formOf);
  const isKnown = forms.every((form) => form !== 'unknown') && layers.every(({ sizeBytes }) => sizeBytes !== undefined);
  if (!isKnown) return unpackedBytes === undefined ? undefined : { bytes: unpackedBytes, of: 'unpacked' };
  return {
    bytes: layers.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0),
    of: forms.includes('compressed') ? 'compressed' : 'uncompressed',
  };
}

/** A plain layer is stored under its diffID; archives that name no digest have endings. */
function formOf({ path, expected: { digest, diffId } }: Pick<SelectedLayer, 'path' | 'expected'>) {
  if (digest !== undefined && diffId !== undefined) return digest === diffId ? 'uncompressed' : 'compressed';
  if (path.endsWith('.tar')) return 'uncompressed';
  return /\.(?:gz|tgz|zst)$/.test(path) ? 'compressed' : 'unknown';
}
