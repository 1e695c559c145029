import { type Problem, problemOf } from '#core/errors.ts';
import type { LayerContent, LayerRead, ReadImage, ReadLayer, Verified } from '#image/image.ts';
import { type About, assemble } from '#source/archive/assemble.ts';
import { missingLayer } from '#source/archive/layout-errors.ts';
import type { SelectedImage } from '#source/archive/selected-image.ts';

/**
 * Reads the layers of a selected image one after the other, bottom first; `contents` has one for each, an empty one for those
 * that are not to be read.
 */
export async function readSelected<R>(
  about: About,
  selected: SelectedImage,
  contents: readonly LayerContent[],
  verified: Verified,
  readLayer: ReadLayer<R>,
  problems: readonly Problem[] = [],
): Promise<ReadImage<R>> {
  const reads: LayerRead<R>[] = [];
  const unreadable: Problem[] = [];
  for (const [index, { expected, path, unread }] of selected.layers.entries()) {
    const content = contents[index];
    if (content === undefined) throw missingLayer(path);
    if (unread !== undefined) unreadable.push(problemOf(unread));
    reads.push(await readLayer(content, unread === undefined ? expected : {}));
  }
  return assemble(about, selected, reads, verified, [...problems, ...unreadable]);
}
