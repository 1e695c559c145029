import type { HttpOptions } from '#base/http/client.ts';
import { createRegistryClient } from '#base/registry-client/registry-client.ts';
import type { Platform } from '#core/platform.ts';
import { formatReference, type Reference } from '#core/reference.ts';
import type { Image, ImageDescription } from '#image/image.ts';
import { imageSize } from '#source/archive/image-size.ts';
import { readLayers } from '#source/kinds/registry/read-layers.ts';
import { type ResolvedImage, resolveImage } from '#source/kinds/registry/resolve-image.ts';

export interface RegistryImageOptions extends HttpOptions {
  /** Which image of an index; this host's unless said. A single image of another platform is then refused. */
  readonly platform?: Platform;
  /** Plain http to any host, certificates unchecked. */
  readonly insecure: boolean;
  /** False: digests are not compared. */
  readonly verify: boolean;
}

function describe(reference: Reference, image: ResolvedImage, verify: boolean): ImageDescription {
  const { registry, repository, tag } = reference;
  const { os, architecture, variant } = image.config;
  const size = imageSize({
    layers: image.manifest.layers.map(({ digest, sizeBytes }, index) => {
      const diffId = image.config.diffIds[index];
      return { path: digest, sizeBytes, expected: { digest, ...(diffId === undefined ? {} : { diffId }) } };
    }),
  });
  return {
    kind: 'registry',
    reference: formatReference(reference),
    digest: image.digest,
    imageId: image.manifest.config.digest,
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    verified: verify ? 'digests' : 'none',
    config: image.config,
    ...(size === undefined ? {} : { size }),
    annotations: image.annotations,
    tags: tag === undefined ? [] : [formatReference({ registry, repository, tag })],
    problems: [],
  };
}

/**
 * Opens an image where it is pushed to (OCI distribution specification): manifest and config are fetched now, each layer
 * when it is read, straight into its reader. A digest in the reference decides, whatever the tag.
 * @throws `REGISTRY_DENIED`, `REGISTRY_NOT_FOUND`, `REGISTRY_RATE_LIMITED`, `REGISTRY_FAILED`, `HTTP_…`,
 * `IMAGE_DIGEST_MISMATCH`, `BLOB_SIZE_MISMATCH`, `MANIFEST_…`, `CONFIG_INVALID`, `NOT_AN_IMAGE`, `PLATFORM_…`,
 * `REGISTRY_AUTH_FILE_INVALID`, `REGISTRY_CREDENTIALS_FAILED`
 */
export async function openRegistry(reference: Reference, options: RegistryImageOptions): Promise<Image> {
  const { platform, ...rest } = options;
  const client = createRegistryClient({ ...rest, registry: reference.registry, repository: reference.repository });
  try {
    const image = await resolveImage(client, reference.digest ?? reference.tag ?? 'latest', platform);
    const description = describe(reference, image, options.verify);
    return {
      read: async (readLayer) => {
        const { layers, problems } = await readLayers(client, image, readLayer);
        return { description: { ...description, problems }, layers };
      },
      close: client.close,
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}
