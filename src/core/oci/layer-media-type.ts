import { HoldfastError } from '#core/errors.ts';
import type { ImageManifest } from '#core/oci/manifest.ts';
import { notAnImage } from '#core/oci/parse.ts';

/**
 * What a layer's media type promises: `tar` a file tree, compressed or not · `foreign` one that registries may not hold
 * (OCI "non-distributable" layers) · `encrypted` one that needs a key · `unknown` something else.
 */
export type LayerKind = 'tar' | 'foreign' | 'encrypted' | 'unknown';

const PLAIN = new Set([
  // Left out: the content tells, and its digest is verified.
  '',
  'application/vnd.oci.image.layer.v1.tar',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.oci.image.layer.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.diff.tar',
  'application/vnd.docker.image.rootfs.diff.tar.gzip',
  'application/vnd.docker.image.rootfs.diff.tar.zstd',
]);

const FOREIGN = new Set([
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
  'application/vnd.docker.image.rootfs.foreign.diff.tar',
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
]);

/** Sorts a layer's media type (OCI image specification, layer; ocicrypt's `+encrypted`; Docker image manifest schema 2). */
export function layerKind(mediaType: string): LayerKind {
  if (mediaType.endsWith('+encrypted')) return 'encrypted';
  if (PLAIN.has(mediaType)) return 'tar';
  return FOREIGN.has(mediaType) ? 'foreign' : 'unknown';
}

/** Early Docker clients pushed configurations as the last four. */
const IMAGE_CONFIGS = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
  'application/octet-stream',
  'application/json',
  'text/html',
  '',
]);

/**
 * Passes for a manifest that is an image's: its config is an image configuration and, if it has layers, at least one is
 * a file tree. Signatures, attestations and charts are stored in the same form and are refused.
 * @throws `NOT_AN_IMAGE` with the media types named
 */
export function requireImage(manifest: ImageManifest): void {
  if (!IMAGE_CONFIGS.has(manifest.config.mediaType)) throw notAnImage([manifest.config.mediaType]);
  const { layers } = manifest;
  if (layers.length > 0 && layers.every((layer) => layerKind(layer.mediaType) === 'unknown')) {
    throw notAnImage([...new Set(layers.map((layer) => layer.mediaType))]);
  }
}

/** The error for a layer that only its key's holder can read. */
export function layerEncrypted(digest: string): HoldfastError {
  return new HoldfastError('LAYER_ENCRYPTED', `Layer ${digest} is encrypted and was not read`, {
    hint: 'Decrypt the image first, for example with skopeo copy --decryption-key.',
    path: digest,
  });
}
