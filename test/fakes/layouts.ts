import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { TarFile } from './tar.ts';
import { zstdFrame } from './zstd.ts';

export const hexOf = (bytes: Buffer, algorithm = 'sha256') => createHash(algorithm).update(bytes).digest('hex');
export const digestOf = (bytes: Buffer, algorithm = 'sha256') => `${algorithm}:${hexOf(bytes, algorithm)}`;

/** How a layer is stored. */
export type Packing = 'plain' | 'gzip' | 'zstd';
export const PACKINGS: readonly Packing[] = ['plain', 'gzip', 'zstd'];

export function packed(bytes: Buffer, packing: Packing): Buffer {
  return packing === 'gzip' ? gzipSync(bytes) : packing === 'zstd' ? zstdFrame(bytes) : bytes;
}

export interface LayoutImage {
  /** Uncompressed tars, bottom first. */
  readonly layers: readonly Buffer[];
  readonly packing?: readonly Packing[];
  readonly names?: readonly string[];
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** More of the config. */
  readonly config?: object;
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
}

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';
const TYPES: Readonly<Record<Packing, string>> = {
  plain: LAYER_TYPE,
  gzip: `${LAYER_TYPE}+gzip`,
  zstd: `${LAYER_TYPE}+zstd`,
};
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

export function configOf({
  layers,
  platform = { os: 'linux', architecture: 'amd64' },
  config = {},
}: LayoutImage): Buffer {
  const rootfs = { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) };
  return Buffer.from(JSON.stringify({ ...platform, rootfs, ...config }));
}

/** docker save before version 25: a directory a layer, the config named by its digest. */
export function dockerFiles(...images: readonly LayoutImage[]): TarFile[] {
  const files = new Map<string, TarFile>();
  const entries = images.map((image) => {
    const config = configOf(image);
    const layers = image.layers.map((layer, index) => {
      const name = `${hexOf(layer)}/layer.tar`;
      files.set(name, { name, body: packed(layer, image.packing?.[index] ?? 'plain') });
      return name;
    });
    files.set(`${hexOf(config)}.json`, { name: `${hexOf(config)}.json`, body: config });
    return { Config: `${hexOf(config)}.json`, RepoTags: image.names ?? null, Layers: layers };
  });
  return [...files.values(), { name: 'manifest.json', body: JSON.stringify(entries) }];
}

export interface OciDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly [member: string]: unknown;
}

/** A blob's file and the descriptor that names it. */
export function ociBlob(
  bytes: Buffer,
  mediaType: string,
  more: object = {},
): { file: TarFile; descriptor: OciDescriptor } {
  const name = `blobs/sha256/${hexOf(bytes)}`;
  return {
    file: { name, body: bytes },
    descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length, ...more },
  };
}

/** The blobs of an image, its manifest last, and the manifest's descriptor. */
export function ociImageBlobs(image: LayoutImage): { files: TarFile[]; descriptor: OciDescriptor } {
  const config = ociBlob(configOf(image), 'application/vnd.oci.image.config.v1+json');
  const layers = image.layers.map((layer, index) => {
    const packing = image.packing?.[index] ?? 'plain';
    return ociBlob(packed(layer, packing), TYPES[packing]);
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    ...(image.annotations === undefined ? {} : { annotations: image.annotations }),
  };
  const { platform } = image;
  const made = ociBlob(
    Buffer.from(JSON.stringify(manifest)),
    MANIFEST_TYPE,
    platform === undefined ? {} : { platform },
  );
  return { files: [...layers.map(({ file }) => file), config.file, made.file], descriptor: made.descriptor };
}

/** An index of these descriptors, as a blob. */
export function ociIndexBlob(descriptors: readonly OciDescriptor[], more: object = {}) {
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: descriptors };
  return ociBlob(Buffer.from(JSON.stringify(index)), INDEX_TYPE, more);
}

/** A layout's own files, for blobs that `descriptors` name. */
export function ociFrame(descriptors: readonly OciDescriptor[]): TarFile[] {
  return [
    { name: 'oci-layout', body: '{"imageLayoutVersion":"1.0.0"}' },
    { name: 'index.json', body: JSON.stringify({ schemaVersion: 2, manifests: descriptors }) },
  ];
}

/** An OCI layout of these images, each under all of its names. */
export function ociFiles(...images: readonly LayoutImage[]): TarFile[] {
  const blobs = images.map((image) => ({ ...ociImageBlobs(image), names: image.names ?? [undefined] }));
  const named = blobs.flatMap(({ descriptor, names }) =>
    names.map((name) =>
      name === undefined ? descriptor : { ...descriptor, annotations: { 'org.opencontainers.image.ref.name': name } },
    ),
  );
  const files = new Map(blobs.flatMap(({ files: own }) => own.map((file) => [file.name, file] as const)));
  return [...files.values(), ...ociFrame(named)];
}

/** docker save since version 25: an OCI layout with a manifest.json beside it. */
export function dockerOciFiles(...images: readonly LayoutImage[]): TarFile[] {
  const entries = images.map((image) => ({
    Config: `blobs/sha256/${hexOf(configOf(image))}`,
    RepoTags: image.names ?? null,
    Layers: image.layers.map(
      (layer, index) => `blobs/sha256/${hexOf(packed(layer, image.packing?.[index] ?? 'plain'))}`,
    ),
  }));
  return [...ociFiles(...images), { name: 'manifest.json', body: JSON.stringify(entries) }];
}
