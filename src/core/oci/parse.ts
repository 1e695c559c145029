import { type Digest, isDigest } from '#core/digest.ts';
import { HoldfastError } from '#core/errors.ts';
import type { HistoryEntry, ImageConfig } from '#core/oci/config.ts';
import {
  isObject,
  type JsonObject,
  optionalArray,
  optionalString,
  parseObject,
  shownValue,
  stringMap,
} from '#core/oci/json.ts';
import { type ImageIndex, type ImageManifest, MEDIA_TYPES } from '#core/oci/manifest.ts';
import { parseDescriptor } from '#core/oci/parse-descriptor.ts';

/** A longer manifest or index is refused, as registries do (OCI distribution specification, "Pushing manifests"). */
export const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;
/** A longer image configuration is refused. */
export const CONFIG_LIMIT_BYTES = 8 * 1024 * 1024;

const DESCRIPTOR_LIMIT = 1_000;
const HISTORY_LIMIT = 4_096;

function manifestInvalid(why: string): HoldfastError {
  return new HoldfastError('MANIFEST_INVALID', `The image manifest cannot be used: ${why}`, {
    hint: 'The image is damaged or not made by the specification: build or push it again.',
  });
}

function configInvalid(why: string): HoldfastError {
  return new HoldfastError('CONFIG_INVALID', `The image configuration cannot be used: ${why}`, {
    hint: 'The image is damaged or not made by the specification: build or push it again.',
  });
}

function isSchema1(document: JsonObject, mediaType: string | undefined): boolean {
  return (
    document['schemaVersion'] === 1 ||
    document['fsLayers'] !== undefined ||
    (mediaType?.startsWith('application/vnd.docker.distribution.manifest.v1+') ?? false)
  );
}

function shapeOf(document: JsonObject): 'manifest' | 'index' | undefined {
  const has = (key: string) => document[key] !== undefined && document[key] !== null;
  if (has('manifests')) {
    if (has('layers') || has('config')) throw manifestInvalid('it holds both "manifests" and "layers" or "config"');
    return 'index';
  }
  return has('layers') || has('config') ? 'manifest' : undefined;
}

function refuseShapeless(mediaType: string | undefined): HoldfastError {
  if (mediaType === undefined) return manifestInvalid('it holds neither "layers" nor "manifests"');
  if (Object.values<string>(MEDIA_TYPES).includes(mediaType))
    return manifestInvalid(`it holds nothing that ${mediaType} must hold`);
  return notAnImage([mediaType]);
}

/** The error for content that is no image, naming the media types that say so. */
export function notAnImage(mediaTypes: readonly string[]): HoldfastError {
  const shown = mediaTypes.slice(0, 4).map((mediaType) => mediaType.slice(0, 120));
  return new HoldfastError('NOT_AN_IMAGE', `This is no container image but ${shown.join(', ')}`, {
    hint: 'The name belongs to another kind of artifact, for example a chart or a signature: name an image.',
  });
}

/**
 * Reads an OCI or Docker (schema 2) manifest or index of at most 4 MiB and 1,000 descriptors. A media type may be
 * missing: the shape decides, and a media type that contradicts it is refused, as is a document of both shapes
 * (OCI image specification, manifest and index; CVE-2021-41190).
 * @throws `MANIFEST_INVALID`, `MANIFEST_SCHEMA1`, `NOT_AN_IMAGE` for another kind of document
 */
export function parseManifest(bytes: Buffer): ImageManifest | ImageIndex {
  const document = parseObject(bytes, MANIFEST_LIMIT_BYTES, manifestInvalid);
  const mediaType = optionalString(document, 'mediaType');
  if (isSchema1(document, mediaType)) {
    throw new HoldfastError('MANIFEST_SCHEMA1', 'The image manifest is of schema 1, which is no longer read', {
      hint: 'Push the image again with a current client; schema 1 cannot be verified by digest.',
    });
  }
  const version = document['schemaVersion'];
  if (version !== undefined && version !== 2)
    throw manifestInvalid(`its schemaVersion is ${shownValue(version)}, not 2`);
  const shape = shapeOf(document);
  if (shape === undefined) throw refuseShapeless(mediaType);
  const named = mediaType === undefined ? undefined : kindOf(mediaType);
  if (mediaType !== undefined && named === undefined) throw notAnImage([mediaType]);
  if (named !== undefined && named !== shape)
    throw manifestInvalid(`its media type says ${named}, its content ${shape}`);
  const annotations = stringMap(document['annotations']);
  if (shape === 'index') {
    const manifests = (optionalArray(document, 'manifests', DESCRIPTOR_LIMIT, manifestInvalid) ?? []).map(
      (value, index) => parseDescriptor(value, `manifest ${index + 1}`, manifestInvalid),
    );
    return { kind: 'index', mediaType: mediaType ?? MEDIA_TYPES.index, manifests, annotations };
  }
  const config = parseDescriptor(document['config'], 'the config', manifestInvalid);
  const layers = (optionalArray(document, 'layers', DESCRIPTOR_LIMIT, manifestInvalid) ?? []).map((value, index) =>
    parseDescriptor(value, `layer ${index + 1}`, manifestInvalid),
  );
  return { kind: 'manifest', mediaType: mediaType ?? MEDIA_TYPES.manifest, config, layers, annotations };
}

function kindOf(mediaType: string): 'manifest' | 'index' | undefined {
  if (mediaType === MEDIA_TYPES.manifest || mediaType === MEDIA_TYPES.dockerManifest) return 'manifest';
  return mediaType === MEDIA_TYPES.index || mediaType === MEDIA_TYPES.dockerList ? 'index' : undefined;
}

function parseHistory(value: unknown): HistoryEntry {
  if (!isObject(value)) throw configInvalid('an entry of "history" is not an object');
  const created = optionalString(value, 'created');
  const createdBy = optionalString(value, 'created_by');
  const comment = optionalString(value, 'comment');
  return {
    ...(created === undefined ? {} : { created }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(comment === undefined ? {} : { comment }),
    emptyLayer: value['empty_layer'] === true,
  };
}

function parseDiffId(value: unknown): Digest {
  if (typeof value === 'string' && isDigest(value)) return value;
  throw configInvalid(`a diffID is not a content digest: ${shownValue(value)}`);
}

/** A list of words; one that is no text is left out, and a text alone is a list of one, as Docker reads it. */
function wordsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

/**
 * Reads an image configuration of at most 8 MiB, 1,000 layers and 4,096 history entries (OCI image specification,
 * config; Docker's holds the same members). An operating system or architecture left out is `unknown`.
 * @throws `CONFIG_INVALID`
 */
export function parseImageConfig(bytes: Buffer): ImageConfig {
  const document = parseObject(bytes, CONFIG_LIMIT_BYTES, configInvalid);
  const rootfs = document['rootfs'];
  if (!isObject(rootfs)) throw configInvalid('it has no "rootfs"');
  const settings = isObject(document['config']) ? document['config'] : {};
  const variant = optionalString(document, 'variant');
  const created = optionalString(document, 'created');
  const user = optionalString(settings, 'User');
  const said = {
    entrypoint: wordsOf(settings['Entrypoint']),
    command: wordsOf(settings['Cmd']),
    ports: isObject(settings['ExposedPorts']) ? Object.keys(settings['ExposedPorts']) : [],
    volumes: isObject(settings['Volumes']) ? Object.keys(settings['Volumes']) : [],
  };
  return {
    os: optionalString(document, 'os') ?? 'unknown',
    architecture: optionalString(document, 'architecture') ?? 'unknown',
    ...(variant === undefined ? {} : { variant }),
    ...(created === undefined ? {} : { created }),
    ...(user === undefined ? {} : { user }),
    ...Object.fromEntries(Object.entries(said).filter(([, words]) => words.length > 0)),
    labels: stringMap(settings['Labels']),
    diffIds: (optionalArray(rootfs, 'diff_ids', DESCRIPTOR_LIMIT, configInvalid) ?? []).map(parseDiffId),
    history: (optionalArray(document, 'history', HISTORY_LIMIT, configInvalid) ?? []).map(parseHistory),
  };
}
