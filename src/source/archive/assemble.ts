import { HoldfastError, type Problem } from '#core/errors.ts';
import { layerInstructions } from '#image/attach-history.ts';
import type { ImageLayer, LayerRead, ReadImage, Verified } from '#image/image.ts';
import type { SelectedImage } from '#source/archive/select-image.ts';

/** What the report calls an image that was opened. */
export interface About {
  /** The kind of source. */
  readonly kind: string;
  /** As the user named it. */
  readonly reference: string;
}

/** Puts a selected image together with what reading its layers gave, bottom first. */
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
  return {
    description: {
      ...about,
      ...(digest === undefined ? {} : { digest }),
      imageId,
      platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
      verified,
      config,
      annotations,
      tags,
      problems,
    },
    layers: selected.layers.map(({ expected }, index): ImageLayer<R> => {
      const read = reads[index];
      if (read === undefined) throw missingLayer(String(index));
      const stored = expected.digest ?? read.digest;
      const diffId = expected.diffId ?? read.diffId;
      const instruction = instructions[index];
      return {
        result: read.result,
        ...(stored === undefined ? {} : { digest: stored }),
        ...(diffId === undefined ? {} : { diffId }),
        ...(instruction === undefined ? {} : { instruction }),
      };
    }),
  };
}

export function missingLayer(path: string): HoldfastError {
  return new HoldfastError(
    'IMAGE_LAYER_MISSING',
    `The manifest names a layer that is not there: ${JSON.stringify(path)}`,
    {
      path,
      hint: 'The archive was cut off or was made wrongly. Make it again.',
    },
  );
}
