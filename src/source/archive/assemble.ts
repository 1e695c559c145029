import type { Problem } from '#core/errors.ts';
import { layerInstructions } from '#image/attach-history.ts';
import type { ImageLayer, LayerRead, ReadImage, Verified } from '#image/image.ts';
import { imageSize } from '#source/archive/image-size.ts';
import { missingLayer } from '#source/archive/layout-errors.ts';
import type { SelectedImage } from '#source/archive/selected-image.ts';

/** What the report calls an image that was opened. */
export interface About {
  /** The kind of source. */
  readonly kind: string;
  /** As the user named it. */
  readonly reference: string;
}

/**
 * Puts a selected image together with what reading its layers gave, bottom first. Layers are called what the image calls
 * them, not what was computed: that is not at hand when a layer was read before.
 */
export function assemble<R>(
  about: About,
  selected: SelectedImage,
  reads: readonly LayerRead<R>[],
  verified: Verified,
  problems: readonly Problem[],
): ReadImage<R> {
  const { config, imageId, digest, annotations, tags } = selected;
  const instructions = layerInstructions(config);
  const { os, architecture, variant } = config;
  const size = imageSize(selected);
  return {
    description: {
      ...about,
      ...(digest === undefined ? {} : { digest }),
      imageId,
      platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
      verified,
      config,
      ...(size === undefined ? {} : { size }),
      annotations,
      tags,
      problems,
    },
    layers: selected.layers.map(({ expected, path }, index): ImageLayer<R> => {
      const read = reads[index];
      if (read === undefined) throw missingLayer(path);
      const instruction = instructions[index];
      return { ...expected, result: read.result, ...(instruction === undefined ? {} : { instruction }) };
    }),
  };
}
