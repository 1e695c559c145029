import { createHash } from 'node:crypto';
import { type Digest, isDigest, parseDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import type { ImageConfig } from '#core/oci/config.ts';
import type { Descriptor } from '#core/oci/descriptor.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';
import { layerEncrypted, layerKind, requireImage } from '#core/oci/layer-media-type.ts';
import type { ImageIndex, ImageManifest } from '#core/oci/manifest.ts';
import { CONFIG_LIMIT_BYTES, MANIFEST_LIMIT_BYTES, parseImageConfig, parseManifest } from '#core/oci/parse.ts';
import { checkPlatform, selectPlatform } from '#core/oci/select-platform.ts';
import type { Platform } from '#core/platform.ts';
import type { LayerIdentity } from '#image/image.ts';

/** Which image of a layout is meant. */
export interface ImageChoice {
  /** A tag, a whole reference, or a digest. */
  readonly name?: string;
  readonly platform?: Platform;
  /** What to take of an index when no platform was asked for. */
  readonly defaultPlatform: Platform;
  /** False: digests are not compared. */
  readonly verify: boolean;
}

/** An image of a layout: what describes it, and where its layers lie, bottom first. */
export interface SelectedImage {
  readonly config: ImageConfig;
  readonly imageId: Digest;
  readonly digest?: Digest;
  readonly annotations: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly layers: readonly { readonly path: string; readonly expected: LayerIdentity; readonly sizeBytes?: number }[];
}

/** Reads a small file of the layout, at most `limitBytes`; undefined when there is none. */
export type ReadDescription = (path: string, limitBytes: number) => Buffer | undefined;

/** A blob's path in an OCI layout (OCI image layout, "Blobs"). */
export function blobPath(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/**
 * Finds the image in a layout: docker save's `manifest.json` where there is one, else the OCI `index.json`.
 * @throws `ARCHIVE_NO_IMAGE`, `ARCHIVE_SEVERAL_IMAGES`, `ARCHIVE_INVALID`, `IMAGE_DIGEST_MISMATCH`, `PLATFORM_NOT_FOUND`,
 * and what parsing throws
 */
export function selectImage(read: ReadDescription, choice: ImageChoice, prefer: 'docker' | 'oci'): SelectedImage {
  const docker = prefer === 'docker' ? read('manifest.json', MANIFEST_LIMIT_BYTES) : undefined;
  if (docker !== undefined) return dockerImage(docker, read, choice);
  const index = read('index.json', MANIFEST_LIMIT_BYTES);
  if (index !== undefined) return ociImage(index, read, choice);
  const other = prefer === 'oci' ? read('manifest.json', MANIFEST_LIMIT_BYTES) : undefined;
  if (other !== undefined) return dockerImage(other, read, choice);
  throw new HoldfastError(
    'ARCHIVE_NO_IMAGE',
    'There is neither a manifest.json nor an index.json: this holds no image',
    {
      hint: 'Make one with docker save, podman save or skopeo copy; or it was cut off. For a tree of files use dir:PATH.',
    },
  );
}

function sha256(bytes: Buffer): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

interface DockerEntry {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

function dockerEntries(bytes: Buffer): readonly DockerEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw invalid('manifest.json is no JSON', cause);
  }
  if (!Array.isArray(value)) throw invalid('manifest.json is no list');
  return value.slice(0, 1000).map((item: unknown) => {
    const entry: JsonObject = isObject(item) ? item : {};
    const { Config: config, RepoTags: tags, Layers: layers } = entry;
    if (typeof config !== 'string' || !isStrings(layers) || layers.length > 1000) {
      throw invalid('manifest.json has an entry without Config and Layers');
    }
    return { config, tags: isStrings(tags) ? tags : [], layers };
  });
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function dockerImage(bytes: Buffer, read: ReadDescription, choice: ImageChoice): SelectedImage {
  const entry = chooseOne(
    dockerEntries(bytes),
    choice.name,
    ({ tags, config }) => [...tags, config.replace(/\.json$/, ''), `sha256:${config.replace(/^.*\/|\.json$/g, '')}`],
    ({ tags, config }) => tags[0] ?? config,
  );
  const configBytes = read(entry.config, CONFIG_LIMIT_BYTES);
  if (configBytes === undefined) throw invalid(`the config ${JSON.stringify(entry.config)} is missing`);
  const imageId = sha256(configBytes);
  const named = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.json)?$/.exec(entry.config)?.[1];
  if (choice.verify && named !== undefined && imageId !== `sha256:${named}`) throw mismatch(`sha256:${named}`, imageId);
  const config = parseImageConfig(configBytes);
  checkPlatform(config, choice.platform);
  if (config.diffIds.length !== entry.layers.length) throw layerCount(config.diffIds.length, entry.layers.length);
  const digest = manifestDigest(read, imageId);
  return {
    config,
    imageId,
    ...(digest === undefined ? {} : { digest }),
    annotations: {},
    tags: entry.tags,
    layers: entry.layers.map((path, index) => {
      const diffId = config.diffIds[index];
      const hex = /^blobs\/(sha256|sha512)\/([0-9a-f]+)$/.exec(path);
      const stored = hex === null ? undefined : `${hex[1]}:${hex[2]}`;
      return {
        path,
        expected: {
          ...(diffId === undefined ? {} : { diffId }),
          ...(stored !== undefined && isDigest(stored) ? { digest: stored } : {}),
        },
      };
    }),
  };
}

/** Newer engines save an OCI layout beside manifest.json: its manifest's digest is the image's. */
function manifestDigest(read: ReadDescription, imageId: Digest): Digest | undefined {
  const bytes = read('index.json', MANIFEST_LIMIT_BYTES);
  if (bytes === undefined) return undefined;
  try {
    const index = parseManifest(bytes);
    const manifests = index.kind === 'index' ? index.manifests : [];
    for (const { digest } of manifests.slice(0, 16)) {
      const manifest = read(blobPath(digest), MANIFEST_LIMIT_BYTES);
      if (manifest === undefined || sha256(manifest) !== digest) continue;
      const parsed = parseManifest(manifest);
      if (parsed.kind === 'manifest' && parsed.config.digest === imageId) return digest;
    }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
  }
  return undefined;
}

const REF_NAME = 'org.opencontainers.image.ref.name';
const CONTAINERD_NAME = 'io.containerd.image.name';

function ociImage(bytes: Buffer, read: ReadDescription, choice: ImageChoice): SelectedImage {
  const top = parseManifest(bytes);
  if (top.kind !== 'index') throw invalid('index.json is no image index');
  const names = ({ annotations, digest }: Descriptor) => [
    ...[annotations?.[REF_NAME], annotations?.[CONTAINERD_NAME]].filter((name) => name !== undefined),
    digest,
  ];
  const first = chooseTop(top, choice, names);
  const found = resolve(first, read, choice, 0);
  const { manifest, descriptor } = found;
  requireImage(manifest);
  const configBytes = blob(manifest.config, read, CONFIG_LIMIT_BYTES, choice.verify);
  const config = parseImageConfig(configBytes);
  checkPlatform(config, choice.platform);
  if (config.diffIds.length !== manifest.layers.length) throw layerCount(config.diffIds.length, manifest.layers.length);
  const tag = first.annotations?.[CONTAINERD_NAME] ?? first.annotations?.[REF_NAME];
  return {
    config,
    imageId: sha256(configBytes),
    digest: descriptor.digest,
    annotations: { ...descriptor.annotations, ...manifest.annotations },
    tags: tag === undefined ? [] : [tag],
    layers: manifest.layers.map(({ digest, mediaType, sizeBytes }, index) => {
      if (layerKind(mediaType) === 'encrypted') throw layerEncrypted(digest);
      const diffId = config.diffIds[index];
      return { path: blobPath(digest), sizeBytes, expected: { digest, ...(diffId === undefined ? {} : { diffId }) } };
    }),
  };
}

/** Entries of one name and several platforms are as good as an index. */
function chooseTop(
  top: ImageIndex,
  choice: ImageChoice,
  names: (descriptor: Descriptor) => readonly string[],
): Descriptor {
  const named =
    choice.name === undefined ? top.manifests : top.manifests.filter((item) => names(item).includes(choice.name ?? ''));
  const labels = new Set(named.map(({ annotations }) => annotations?.[REF_NAME] ?? annotations?.[CONTAINERD_NAME]));
  if (named.length > 1 && labels.size === 1 && named.every(({ platform }) => platform !== undefined)) {
    return selectPlatform({ ...top, manifests: named }, choice.platform ?? choice.defaultPlatform);
  }
  return chooseOne(top.manifests, choice.name, names, (item) => item.annotations?.[REF_NAME] ?? item.digest);
}

/** From an index to the manifest of the platform, at most a few indexes deep. */
function resolve(
  descriptor: Descriptor,
  read: ReadDescription,
  choice: ImageChoice,
  depth: number,
): { readonly manifest: ImageManifest; readonly descriptor: Descriptor } {
  if (depth > 4) throw invalid('indexes are nested too deeply');
  const parsed = parseManifest(blob(descriptor, read, MANIFEST_LIMIT_BYTES, choice.verify));
  if (parsed.kind === 'manifest') return { manifest: parsed, descriptor };
  return resolve(selectPlatform(parsed, choice.platform ?? choice.defaultPlatform), read, choice, depth + 1);
}

function blob(descriptor: Descriptor, read: ReadDescription, limitBytes: number, verify: boolean): Buffer {
  const bytes = read(blobPath(descriptor.digest), limitBytes);
  if (bytes === undefined) throw invalid(`the blob ${descriptor.digest} is missing`);
  const algorithm = descriptor.digest.slice(0, descriptor.digest.indexOf(':'));
  const actual = `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
  if (verify && actual !== descriptor.digest) throw mismatch(descriptor.digest, actual);
  return bytes;
}

/** The one that is meant. Without a name there must be only one. */
function chooseOne<T>(
  items: readonly T[],
  name: string | undefined,
  names: (item: T) => readonly string[],
  label: (item: T) => string,
): T {
  const wanted =
    name === undefined ? items : items.filter((item) => names(item).some((known) => sameName(known, name)));
  const [only, ...more] = wanted;
  if (only !== undefined && more.length === 0) return only;
  const there = items.slice(0, 20).map(label).join(', ');
  if (only === undefined) {
    const what = name === undefined ? 'The archive lists no image' : `No image is called ${JSON.stringify(name)}`;
    throw new HoldfastError('ARCHIVE_NO_IMAGE', what, {
      kind: 'usage',
      hint: there === '' ? 'It may have been cut off; make it again.' : `There is: ${there}`,
    });
  }
  throw new HoldfastError('ARCHIVE_SEVERAL_IMAGES', `There are ${wanted.length} images; name one`, {
    kind: 'usage',
    hint: `Append :NAME, one of: ${there}`,
  });
}

/** `app:1` also means `docker.io/library/app:1`, and a bare tag the end of a whole reference. */
function sameName(known: string, wanted: string): boolean {
  return (
    known === wanted ||
    known === `docker.io/library/${wanted}` ||
    known === `docker.io/${wanted}` ||
    known.endsWith(`:${wanted}`)
  );
}

function invalid(why: string, cause?: unknown): HoldfastError {
  return new HoldfastError('ARCHIVE_INVALID', `The image archive cannot be read: ${why}`, {
    hint: 'It is damaged or was cut off. Make it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function layerCount(diffIds: number, layers: number): HoldfastError {
  return invalid(`its config speaks of ${diffIds} layers, its manifest of ${layers}`);
}

function mismatch(expected: string, actual: string): HoldfastError {
  return new HoldfastError('IMAGE_DIGEST_MISMATCH', `A manifest or config should be ${expected} but is ${actual}`, {
    path: expected,
    hint: 'The image was damaged or tampered with on its way. Fetch it again; nothing of it was believed.',
  });
}
