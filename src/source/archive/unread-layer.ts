import type { Digest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import type { LayerContent } from '#image/image.ts';

/** The end of a tar, and so an empty one. */
const EMPTY_TAR = new Uint8Array(1024);

/** Takes the place of a layer that is not read, so that the others keep theirs. To be read without an identity. */
export function emptyLayer(): LayerContent {
  const chunks = async function* () {
    yield EMPTY_TAR;
  };
  return { kind: 'stream', chunks: chunks() };
}

/** A layer of a media type that is no file tree. */
export function layerUnknown(digest: Digest, mediaType: string): HoldfastError {
  const shown = JSON.stringify(mediaType.slice(0, 120));
  return new HoldfastError('LAYER_UNKNOWN', `Layer ${digest} is of the type ${shown} and was not read`, {
    hint: 'It is no file tree that is known; what it holds is not in the report.',
    path: digest,
  });
}

/** A foreign layer that a layout does not hold. */
export function layerForeign(digest: string): HoldfastError {
  return new HoldfastError('LAYER_FOREIGN', `Layer ${digest} is not in the archive and was not read`, {
    hint: 'It is said to lie elsewhere, from where nothing is fetched. Make the archive with its foreign layers.',
    path: digest,
  });
}
