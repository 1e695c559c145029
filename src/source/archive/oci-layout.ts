import { createHash } from 'node:crypto';
import { digestAlgorithm, parseDigest } from '#core/digest.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';
import { layerEncrypted, layerKind, requireImage } from '#core/oci/layer-media-type.ts';
import type { ImageIndex, ImageManifest } from '#core/oci/manifest.ts';
import { CONFIG_LIMIT_BYTES, MANIFEST_LIMIT_BYTES, parseImageConfig, parseManifest } from '#core/oci/parse.ts';
import { checkPlatform, selectPlatform } from '#core/oci/select-platform.ts';
import { blobPath } from '#source/archive/blob-path.ts';
import { namedAlike, onlyOne } from '#source/archive/choose-one.ts';
import { archiveInvalid, digestMismatch, layerCount } from '#source/archive/layout-errors.ts';
import type { ImageChoice, ReadDescription, SelectedImage, SelectedLayer } from '#source/archive/selected-image.ts';
import { layerUnknown } from '#source/archive/unread-layer.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
const CONTAINERD_NAME = 'io.containerd.image.name';
const MAX_INDEX_DEPTH = 4;

/**
 * The image of an OCI layout (OCI image layout), from its index.json.
 * @throws `ARCHIVE_NO_IMAGE`, `ARCHIVE_SEVERAL_IMAGES`, `ARCHIVE_INVALID`, `IMAGE_DIGEST_MISMATCH`, `PLATFORM_NOT_FOUND`,
 * `PLATFORM_WINDOWS`, and what parsing throws
 */
export function ociImage(bytes: Buffer, read: ReadDescription, choice: ImageChoice): SelectedImage {
  const top = parseManifest(bytes);
  if (top.kind !== 'index') throw archiveInvalid('index.json is no image index');
  const first = chooseTop(top, choice);
  const { manifest, descriptor } = resolve(first, read, choice, 0);
  requireImage(manifest);
  const configBytes = blob(manifest.config, read, CONFIG_LIMIT_BYTES, choice.verify);
  const config = parseImageConfig(configBytes);
  checkPlatform(config, choice.platform);
  if (config.diffIds.length !== manifest.layers.length) throw layerCount(config.diffIds.length, manifest.layers.length);
  const tag = first.annotations?.[CONTAINERD_NAME] ?? first.annotations?.[REF_NAME];
  return {
    config,
    imageId: manifest.config.digest,
    digest: descriptor.digest,
    annotations: { ...descriptor.annotations, ...manifest.annotations },
    tags: tag === undefined ? [] : [tag],
    layers: manifest.layers.map((layer, index): SelectedLayer => {
      const { digest, mediaType, sizeBytes } = layer;
      const kind = layerKind(mediaType);
      const diffId = config.diffIds[index];
      const expected = { digest, ...(diffId === undefined ? {} : { diffId }) };
      const selected = { path: blobPath(digest), sizeBytes, expected };
      if (kind === 'encrypted') return { ...selected, unread: layerEncrypted(digest) };
      if (kind === 'unknown') return { ...selected, unread: layerUnknown(digest, mediaType) };
      return kind === 'foreign' || layer.urls !== undefined ? { ...selected, foreign: true } : selected;
    }),
  };
}

function namesOf({ annotations, digest }: Descriptor): readonly string[] {
  const names = [annotations?.[REF_NAME], annotations?.[CONTAINERD_NAME]];
  return [...names.filter((name) => name !== undefined), digest];
}

/** Entries of one name and several platforms are as good as an index. */
function chooseTop(top: ImageIndex, { name, platform, defaultPlatform }: ImageChoice): Descriptor {
  const wanted = namedAlike(top.manifests, name, namesOf);
  const names = new Set(wanted.map((item) => namesOf(item).slice(0, -1).join(' ')));
  const different = new Set(wanted.map(({ digest }) => digest)).size;
  if (different > 1 && names.size === 1 && wanted.every((item) => item.platform !== undefined)) {
    return selectPlatform({ ...top, manifests: wanted }, platform ?? defaultPlatform);
  }
  const label = (item: Descriptor) => namesOf(item)[0] ?? item.digest;
  return onlyOne(wanted, top.manifests, name, ({ digest }) => digest, label);
}

/** From an index to the manifest of the platform, at most a few indexes deep. */
function resolve(
  descriptor: Descriptor,
  read: ReadDescription,
  choice: ImageChoice,
  depth: number,
): { readonly manifest: ImageManifest; readonly descriptor: Descriptor } {
  if (depth > MAX_INDEX_DEPTH) throw archiveInvalid('indexes are nested too deeply');
  const parsed = parseManifest(blob(descriptor, read, MANIFEST_LIMIT_BYTES, choice.verify));
  if (parsed.kind === 'manifest') return { manifest: parsed, descriptor };
  return resolve(selectPlatform(parsed, choice.platform ?? choice.defaultPlatform), read, choice, depth + 1);
}

function blob({ digest }: Descriptor, read: ReadDescription, limitBytes: number, verify: boolean): Buffer {
  const bytes = read(blobPath(digest), limitBytes);
  if (bytes === undefined) throw archiveInvalid(`the blob ${digest} is missing`);
  if (!verify) return bytes;
  const algorithm = digestAlgorithm(digest);
  const actual = parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
  if (actual !== digest) throw digestMismatch('A manifest or config', digest, actual);
  return bytes;
}
