import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HoldfastError } from '#core/errors.ts';
import { parseImageConfig, parseManifest } from '#core/oci/parse.ts';
import { runs } from '../../../test/harness/runs.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OCI = 'application/vnd.oci.image';
const DOCKER = 'application/vnd.docker.distribution.manifest';

const descriptor = (extra: object = {}) => ({
  mediaType: `${OCI}.layer.v1.tar+gzip`,
  digest: DIGEST,
  size: 12,
  ...extra,
});
const config = descriptor({ mediaType: `${OCI}.config.v1+json` });
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof HoldfastError ? error.code : `not coded: ${error}`;
  }
  return 'none';
}
const manifestCode = (value: unknown) => codeOf(() => parseManifest(bytes(value)));
const configCode = (value: unknown) => codeOf(() => parseImageConfig(bytes(value)));

describe('parseManifest', () => {
  test('reads an OCI manifest with its annotations', () => {
    const document = {
      schemaVersion: 2,
      mediaType: `${OCI}.manifest.v1+json`,
      config,
      layers: [descriptor()],
      annotations: { a: 'b', n: 1 },
    };
    expect(parseManifest(bytes(document))).toEqual({
      kind: 'manifest',
      mediaType: `${OCI}.manifest.v1+json`,
      config: { mediaType: `${OCI}.config.v1+json`, digest: DIGEST, sizeBytes: 12 },
      layers: [{ mediaType: `${OCI}.layer.v1.tar+gzip`, digest: DIGEST, sizeBytes: 12 }],
      annotations: { a: 'b' },
    });
  });

  test('reads a Docker manifest and a manifest list', () => {
    expect(parseManifest(bytes({ schemaVersion: 2, mediaType: `${DOCKER}.v2+json`, config, layers: [] })).kind).toBe(
      'manifest',
    );
    const list = parseManifest(
      bytes({
        schemaVersion: 2,
        mediaType: `${DOCKER}.list.v2+json`,
        manifests: [descriptor({ platform: { os: 'linux', architecture: 'arm', variant: 'v7', 'os.version': '1' } })],
      }),
    );
    expect(list.kind === 'index' && list.manifests[0]?.platform).toEqual({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
    });
  });

  test('decides by shape when there is no media type', () => {
    expect(parseManifest(bytes({ config, layers: [] })).mediaType).toBe(`${OCI}.manifest.v1+json`);
    expect(parseManifest(bytes({ manifests: [] })).mediaType).toBe(`${OCI}.index.v1+json`);
    expect(parseManifest(bytes({ schemaVersion: 2, config, layers: null })).kind).toBe('manifest');
  });

  test('keeps the other places of a layer apart from what it fetches', () => {
    const manifest = parseManifest(
      bytes({ config, layers: [descriptor({ urls: ['https://elsewhere.example/layer', 7] })] }),
    );
    expect(manifest.kind === 'manifest' && manifest.layers[0]?.urls).toEqual(['https://elsewhere.example/layer']);
  });

  test('refuses a document of both shapes', () => {
    expect(manifestCode({ config, layers: [], manifests: [] })).toBe('MANIFEST_INVALID');
    expect(manifestCode({ config, manifests: [] })).toBe('MANIFEST_INVALID');
  });

  test('refuses a media type that contradicts the shape', () => {
    expect(manifestCode({ mediaType: `${OCI}.index.v1+json`, config, layers: [] })).toBe('MANIFEST_INVALID');
    expect(manifestCode({ mediaType: `${DOCKER}.v2+json`, manifests: [] })).toBe('MANIFEST_INVALID');
  });

  test('names schema 1 in all its forms', () => {
    expect(manifestCode({ schemaVersion: 1, name: 'a', fsLayers: [] })).toBe('MANIFEST_SCHEMA1');
    expect(manifestCode({ mediaType: `${DOCKER}.v1+prettyjws` })).toBe('MANIFEST_SCHEMA1');
  });

  test('says that another kind of document is no image', () => {
    expect(manifestCode({ mediaType: `${OCI.replace('image', 'artifact')}.manifest.v1+json`, blobs: [] })).toBe(
      'NOT_AN_IMAGE',
    );
  });

  test.each([
    ['a bad digest', { config, layers: [descriptor({ digest: 'sha256:abc' })] }],
    ['a digest that is an object', { config, layers: [descriptor({ digest: { toString: 1 } })] }],
    ['a negative size', { config, layers: [descriptor({ size: -1 })] }],
    ['a fractional size', { config, layers: [descriptor({ size: 1.5 })] }],
    ['a size beyond exact integers', { config, layers: [descriptor({ size: 2 ** 60 })] }],
    ['layers that are no list', { config, layers: {} }],
    ['a manifest without config', { layers: [] }],
    ['nothing', {}],
    ['an unknown schema version', { schemaVersion: { toString: 1 }, config, layers: [] }],
    ['too many layers', { config, layers: Array.from({ length: 1_001 }, () => descriptor()) }],
    ['too many manifests', { manifests: Array.from({ length: 1_001 }, () => descriptor()) }],
    ['a list', []],
    ['null', null],
  ])('refuses %s', (_name, document) => {
    expect(manifestCode(document)).toBe('MANIFEST_INVALID');
  });

  test('refuses what is too long or no JSON', () => {
    expect(codeOf(() => parseManifest(Buffer.alloc(4 * 1024 * 1024 + 1, ' ')))).toBe('MANIFEST_INVALID');
    expect(codeOf(() => parseManifest(Buffer.from('{')))).toBe('MANIFEST_INVALID');
    expect(codeOf(() => parseManifest(Buffer.alloc(0)))).toBe('MANIFEST_INVALID');
  });

  test('survives deep nesting where a text is expected', () => {
    const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    expect(codeOf(() => parseManifest(Buffer.from(`{"layers":[],"config":{"digest":${deep},"size":1}}`)))).toBe(
      'MANIFEST_INVALID',
    );
  });

  test('leaves prototypes alone', () => {
    parseManifest(
      Buffer.from(`{"config":${JSON.stringify(config)},"layers":[],"annotations":{"__proto__":"x","constructor":"y"}}`),
    );
    expect(Object.prototype).not.toHaveProperty('x');
  });

  test('throws nothing but coded errors, whatever JSON comes', () => {
    const values = fc.record(
      {
        schemaVersion: fc.jsonValue(),
        mediaType: fc.jsonValue(),
        config: fc.jsonValue(),
        layers: fc.jsonValue(),
        manifests: fc.jsonValue(),
        rootfs: fc.jsonValue(),
        history: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(values, (value) => {
        expect(manifestCode(value)).not.toContain('not coded');
        expect(configCode(value)).not.toContain('not coded');
      }),
      { numRuns: runs(150) },
    );
  });
});

describe('parseImageConfig', () => {
  test('reads what is used and leaves the rest', () => {
    const document = {
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      created: '2024-01-01T00:00:00Z',
      config: { User: '1000', Labels: { a: 'b', n: null }, Env: ['PATH=/bin'] },
      rootfs: { type: 'layers', diff_ids: [DIGEST] },
      history: [
        { created_by: 'COPY a b', comment: 'buildkit' },
        { created: '2024-01-01T00:00:00Z', empty_layer: true },
      ],
    };
    expect(parseImageConfig(bytes(document))).toEqual({
      os: 'linux',
      architecture: 'arm64',
      variant: 'v8',
      created: '2024-01-01T00:00:00Z',
      user: '1000',
      labels: { a: 'b' },
      diffIds: [DIGEST],
      history: [
        { createdBy: 'COPY a b', comment: 'buildkit', emptyLayer: false },
        { created: '2024-01-01T00:00:00Z', emptyLayer: true },
      ],
    });
  });

  test('takes the nulls that Go writes for empty lists', () => {
    const read = parseImageConfig(
      bytes({
        os: 'linux',
        architecture: 'amd64',
        config: { Labels: null },
        rootfs: { diff_ids: null },
        history: null,
      }),
    );
    expect(read).toEqual({ os: 'linux', architecture: 'amd64', labels: {}, diffIds: [], history: [] });
  });

  test('keeps how a container begins, what it exposes and mounts; what is no text is left out', () => {
    const config = { Entrypoint: ['/a', 7], Cmd: '-b', ExposedPorts: { '80/tcp': {} }, Volumes: { '/data': null } };
    expect(parseImageConfig(bytes({ rootfs: { diff_ids: [] }, config }))).toMatchObject({
      ...{ entrypoint: ['/a'], command: ['-b'], ports: ['80/tcp'], volumes: ['/data'] },
    });
    const odd = { Entrypoint: {}, Cmd: null, ExposedPorts: ['80'], Volumes: 'x' };
    expect(Object.keys(parseImageConfig(bytes({ rootfs: { diff_ids: [] }, config: odd })))).not.toContain('ports');
  });

  test.each([
    ['no rootfs', {}],
    ['a diffID that is no digest', { rootfs: { diff_ids: ['sha256:x'] } }],
    ['a history entry that is no object', { rootfs: { diff_ids: [] }, history: [1] }],
    ['too much history', { rootfs: { diff_ids: [] }, history: Array.from({ length: 4_097 }, () => ({})) }],
  ])('refuses %s', (_name, document) => {
    expect(configCode(document)).toBe('CONFIG_INVALID');
  });

  test('refuses a configuration that is too long', () => {
    expect(codeOf(() => parseImageConfig(Buffer.alloc(8 * 1024 * 1024 + 1, ' ')))).toBe('CONFIG_INVALID');
  });
});
