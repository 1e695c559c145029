import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';
import type { ImageManifest } from '#core/oci/manifest.ts';
import { CONFIG_LIMIT_BYTES, MANIFEST_LIMIT_BYTES, parseImageConfig, parseManifest } from '#core/oci/parse.ts';
import { checkPlatform } from '#core/oci/select-platform.ts';
import { blobDigest, blobPath } from '#source/archive/blob-path.ts';
import { namedAlike, onlyOne } from '#source/archive/choose-one.ts';
import { archiveInvalid, digestMismatch, layerCount } from '#source/archive/layout-errors.ts';
import type { ImageChoice, ReadDescription, SelectedImage } from '#source/archive/selected-image.ts';

const MAX_ENTRIES = 1000;
const MAX_LAYERS = 1000;
/** Manifests that are looked at to find the image's own. */
const MAX_MANIFESTS = 16;

/** An image as manifest.json lists it (Docker image specification v1.2, "Combined Image JSON + Filesystem Changeset Format"). */
interface DockerEntry {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * The image of a docker save archive, from its manifest.json.
 * @throws `ARCHIVE_NO_IMAGE`, `ARCHIVE_SEVERAL_IMAGES`, `ARCHIVE_INVALID`, `IMAGE_DIGEST_MISMATCH`, `PLATFORM_NOT_FOUND`,
 * `PLATFORM_WINDOWS`, and what parsing throws
 */
export function dockerImage(bytes: Buffer, read: ReadDescription, choice: ImageChoice): SelectedImage {
  const entry = chooseEntry(dockerEntries(bytes), choice.name);
  const configBytes = read(entry.config, CONFIG_LIMIT_BYTES);
  if (configBytes === undefined) {
    throw archiveInvalid(`the config ${JSON.stringify(entry.config.slice(0, 200))} is missing`);
  }
  const imageId = sha256(configBytes);
  const named = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.json)?$/.exec(entry.config)?.[1];
  if (choice.verify && named !== undefined && imageId !== `sha256:${named}`) {
    throw digestMismatch('A config', `sha256:${named}`, imageId);
  }
  const config = parseImageConfig(configBytes);
  checkPlatform(config, choice.platform);
  if (config.diffIds.length !== entry.layers.length) throw layerCount(config.diffIds.length, entry.layers.length);
  const digest = manifestDigest(read, imageId, entry);
  return {
    config,
    imageId,
    ...(digest === undefined ? {} : { digest }),
    annotations: {},
    tags: entry.tags,
    layers: entry.layers.map((path, index) => {
      const diffId = config.diffIds[index];
      const stored = blobDigest(path);
      return {
        path,
        expected: { ...(diffId === undefined ? {} : { diffId }), ...(stored === undefined ? {} : { digest: stored }) },
      };
    }),
  };
}

function dockerEntries(bytes: Buffer): readonly DockerEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw archiveInvalid('manifest.json is no JSON', cause);
  }
  if (!Array.isArray(value)) throw archiveInvalid('manifest.json is no list');
  if (value.length > MAX_ENTRIES) throw archiveInvalid(`manifest.json lists ${value.length} images`);
  return value.map((item: unknown) => {
    const entry: JsonObject = isObject(item) ? item : {};
    const { Config: config, RepoTags: tags, Layers: layers } = entry;
    // An image from scratch has no layers, which Go writes as null.
    const paths = layers ?? [];
    if (typeof config !== 'string' || !isStrings(paths) || paths.length > MAX_LAYERS) {
      throw archiveInvalid('manifest.json has an entry without Config and Layers');
    }
    return { config, tags: isStrings(tags) ? tags : [], layers: paths };
  });
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function chooseEntry(entries: readonly DockerEntry[], name: string | undefined): DockerEntry {
  const id = (entry: DockerEntry) => entry.config.replace(/^.*\/|\.json$/g, '');
  const names = (entry: DockerEntry) => [...entry.tags, id(entry), `sha256:${id(entry)}`];
  const wanted = namedAlike(entries, name, names);
  return onlyOne(
    wanted,
    entries,
    name,
    ({ config }) => config,
    ({ tags, config }) => tags[0] ?? config,
  );
}

/**
 * Newer engines save an OCI layout beside manifest.json: the digest of the manifest that has this config and these very
 * layers is the image's.
 */
function manifestDigest(read: ReadDescription, imageId: Digest, { layers }: DockerEntry): Digest | undefined {
  const isOurs = (manifest: ImageManifest) =>
    manifest.config.digest === imageId &&
    manifest.layers.length === layers.length &&
    manifest.layers.every(({ digest }, index) => blobPath(digest) === layers[index]);
  try {
    const index = read('index.json', MANIFEST_LIMIT_BYTES);
    const top = index === undefined ? undefined : parseManifest(index);
    for (const { digest } of top?.kind === 'index' ? top.manifests.slice(0, MAX_MANIFESTS) : []) {
      const bytes = read(blobPath(digest), MANIFEST_LIMIT_BYTES);
      if (bytes === undefined || sha256(bytes) !== digest) continue;
      const manifest = parseManifest(bytes);
      if (manifest.kind === 'manifest' && isOurs(manifest)) return digest;
    }
  } catch (error) {
    // It only adds to what is known already.
    if (!(error instanceof HoldfastError)) throw error;
  }
  return undefined;
}

function sha256(bytes: Buffer): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}
