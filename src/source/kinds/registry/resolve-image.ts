import type { RegistryClient } from '#base/registry-client/registry-client.ts';
import type { Digest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import type { ImageConfig } from '#core/oci/config.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';
import { requireImage } from '#core/oci/layer-media-type.ts';
import type { ImageManifest } from '#core/oci/manifest.ts';
import { CONFIG_LIMIT_BYTES, parseImageConfig, parseManifest } from '#core/oci/parse.ts';
import { checkPlatform, selectPlatform } from '#core/oci/select-platform.ts';
import { hostPlatform, type Platform } from '#core/platform.ts';

/** One platform's image, described but for its layers. */
export interface ResolvedImage {
  /** Of the platform's manifest, not of an index above it. */
  readonly digest: Digest;
  readonly manifest: ImageManifest;
  readonly config: ImageConfig;
  /** The manifest's, and what an index says of it. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** An index may name an index, but not forever. */
const INDEX_DEPTH = 3;

interface Found {
  readonly digest: Digest;
  readonly manifest: ImageManifest;
  readonly annotations: Readonly<Record<string, string>>;
}

async function findManifest(client: RegistryClient, target: string, platform: Platform): Promise<Found> {
  let wanted = target;
  let descriptor: Descriptor | undefined;
  for (let depth = 0; depth <= INDEX_DEPTH; depth += 1) {
    const { bytes, digest } = await client.getManifest(wanted);
    if (descriptor !== undefined && descriptor.sizeBytes !== bytes.length) {
      const message = `The manifest ${digest} should be ${descriptor.sizeBytes} bytes long, but is ${bytes.length}`;
      throw new HoldfastError('BLOB_SIZE_MISMATCH', message, {
        hint: 'The index that names it is wrong: push the image again.',
        path: digest,
      });
    }
    const parsed = parseManifest(bytes);
    if (parsed.kind === 'manifest') {
      return { digest, manifest: parsed, annotations: { ...descriptor?.annotations, ...parsed.annotations } };
    }
    descriptor = selectPlatform(parsed, platform);
    wanted = descriptor.digest;
  }
  throw new HoldfastError('MANIFEST_INVALID', `Indexes name each other more than ${INDEX_DEPTH} deep`, {
    hint: 'Name the image for the platform by its digest.',
  });
}

async function fetchConfig(client: RegistryClient, descriptor: Descriptor): Promise<ImageConfig> {
  if (descriptor.sizeBytes > CONFIG_LIMIT_BYTES) {
    const message = `The image configuration is ${descriptor.sizeBytes} bytes long, more than the limit of ${CONFIG_LIMIT_BYTES}`;
    throw new HoldfastError('CONFIG_INVALID', message, {
      hint: 'This is no usual image: build it again.',
      path: descriptor.digest,
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of client.openBlob(descriptor)) chunks.push(chunk);
  return parseImageConfig(Buffer.concat(chunks));
}

/**
 * Fetches the manifest and the config of a tag or digest; of an index, those for `platform` or else this host's.
 * @throws what fetching and parsing throw, `NOT_AN_IMAGE`, `PLATFORM_NOT_FOUND`, `PLATFORM_WINDOWS`
 */
export async function resolveImage(
  client: RegistryClient,
  target: string,
  platform: Platform | undefined,
): Promise<ResolvedImage> {
  const { digest, manifest, annotations } = await findManifest(client, target, platform ?? hostPlatform());
  requireImage(manifest);
  const config = await fetchConfig(client, manifest.config);
  checkPlatform(config, platform);
  if (config.diffIds.length !== manifest.layers.length) {
    const message = `The manifest has ${manifest.layers.length} layers, the configuration ${config.diffIds.length}`;
    throw new HoldfastError('CONFIG_INVALID', message, {
      hint: 'The image is damaged: build or push it again.',
      path: digest,
    });
  }
  return { digest, manifest, config, annotations };
}
