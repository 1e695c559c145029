import { HoldfastError } from '#core/errors.ts';
import { formatPurl } from '#core/purl.ts';
import { parseReference } from '#core/reference.ts';
import type { ImageDescription } from '#image/image.ts';

/** True for an image; false for a directory, a root filesystem or an SBOM. */
export function isImage(description: ImageDescription): boolean {
  return description.digest !== undefined || description.imageId !== undefined || description.config !== undefined;
}

/**
 * The package URL of an image in a registry (purl specification, type `oci`): its manifest's digest is the version.
 * Undefined for what no registry has.
 */
export function imagePurl(description: ImageDescription): string | undefined {
  if (description.kind !== 'registry' || description.digest === undefined) return undefined;
  try {
    const { registry, repository, tag } = parseReference(description.reference);
    const name = repository.slice(repository.lastIndexOf('/') + 1);
    return formatPurl({
      type: 'oci',
      name,
      version: description.digest,
      qualifiers: {
        repository_url: `${registry}/${repository}`,
        arch: description.platform?.architecture ?? '',
        tag: tag ?? '',
      },
    });
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}
