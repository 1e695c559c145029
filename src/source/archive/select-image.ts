import { HoldfastError } from '#core/errors.ts';
import { MANIFEST_LIMIT_BYTES } from '#core/oci/parse.ts';
import { dockerImage } from '#source/archive/docker-layout.ts';
import { ociImage } from '#source/archive/oci-layout.ts';
import type { ImageChoice, ReadDescription, SelectedImage } from '#source/archive/selected-image.ts';

/** Which description counts where a layout has both: docker save's `manifest.json` or the OCI `index.json`. */
export type PreferredLayout = 'docker' | 'oci';

/**
 * Finds the image in a layout, from the description that is preferred, else from the other.
 * @throws `ARCHIVE_NO_IMAGE` when there is neither, and what {@link dockerImage} and {@link ociImage} throw
 */
export function selectImage(read: ReadDescription, choice: ImageChoice, prefer: PreferredLayout): SelectedImage {
  const layouts = [
    { file: 'manifest.json', image: dockerImage },
    { file: 'index.json', image: ociImage },
  ];
  for (const { file, image } of prefer === 'docker' ? layouts : layouts.reverse()) {
    const bytes = read(file, MANIFEST_LIMIT_BYTES);
    if (bytes !== undefined) return image(bytes, read, choice);
  }
  throw new HoldfastError(
    'ARCHIVE_NO_IMAGE',
    'There is neither a manifest.json nor an index.json: this holds no image',
    {
      hint: 'Make one with docker save, podman save or skopeo copy; or it was cut off. For a tree of files use dir:PATH.',
    },
  );
}
