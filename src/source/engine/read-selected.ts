import type { Problem } from '#core/errors.ts';
import type { LayerContent, LayerRead, ReadImage, ReadLayer, Verified } from '#image/image.ts';
import { type About, assemble, missingLayer } from '#source/archive/assemble.ts';
import type { SelectedImage } from '#source/archive/select-image.ts';

/** Reads the layers of a selected image one after the other, bottom first; `contents` has one for each. */
export async function readSelected<R>(
  about: About,
  selected: SelectedImage,
  contents: readonly LayerContent[],
  verified: Verified,
  readLayer: ReadLayer<R>,
  problems: readonly Problem[] = [],
): Promise<ReadImage<R>> {
  const reads: LayerRead<R>[] = [];
  for (const [index, { expected, path }] of selected.layers.entries()) {
    const content = contents[index];
    if (content === undefined) throw missingLayer(path);
    reads.push(await readLayer(content, expected));
  }
  return assemble(about, selected, reads, verified, problems);
}
