import { expect, test } from 'vitest';
import { parseDigest } from '#core/digest.ts';
import { layerEncrypted, layerKind, requireImage } from '#core/oci/layer-media-type.ts';
import { type ImageManifest, MEDIA_TYPES } from '#core/oci/manifest.ts';

const digest = parseDigest(`sha256:${'b'.repeat(64)}`);
const manifest = (config: string, ...layers: string[]): ImageManifest => ({
  kind: 'manifest',
  mediaType: MEDIA_TYPES.manifest,
  config: { mediaType: config, digest, sizeBytes: 2 },
  layers: layers.map((mediaType) => ({ mediaType, digest, sizeBytes: 2 })),
  annotations: {},
});
const IMAGE = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+zstd';

test('sorts the media types of layers', () => {
  expect(layerKind(LAYER)).toBe('tar');
  expect(layerKind('application/vnd.docker.image.rootfs.diff.tar.gzip')).toBe('tar');
  expect(layerKind('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip')).toBe('foreign');
  expect(layerKind('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip')).toBe('foreign');
  expect(layerKind('application/vnd.oci.image.layer.v1.tar+gzip+encrypted')).toBe('encrypted');
  expect(layerKind('application/vnd.in-toto+json')).toBe('unknown');
});

test('passes images of both families, and one without layers', () => {
  requireImage(manifest(IMAGE, LAYER));
  requireImage(manifest('application/vnd.docker.container.image.v1+json'));
  requireImage(manifest(IMAGE, LAYER, 'application/x-other'));
});

test('refuses charts and signatures and names their media types', () => {
  const chart = () =>
    requireImage(
      manifest('application/vnd.cncf.helm.config.v1+json', 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'),
    );
  expect(chart).toThrow('application/vnd.cncf.helm.config.v1+json');
  const signature = () => requireImage(manifest(IMAGE, 'application/vnd.dev.cosign.simplesigning.v1+json'));
  expect(signature).toThrow(expect.objectContaining({ code: 'NOT_AN_IMAGE' }));
});

test('names an encrypted layer', () => {
  expect(layerEncrypted(digest)).toMatchObject({ code: 'LAYER_ENCRYPTED', path: digest });
});
