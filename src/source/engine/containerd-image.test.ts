import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Digest, parseDigest } from '#core/digest.ts';
import type { LayerContent, LayerIdentity } from '#image/image.ts';
import { readContainerdImage } from '#source/engine/containerd-image.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-containerd-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const blobs = () => join(root, 'containerd/daemon/io.containerd.content.v1.content/blobs/sha256');

/** A blob as the content store keeps it, and its descriptor. */
function store(value: Buffer | object, mediaType: string) {
  const bytes = Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
  mkdirSync(blobs(), { recursive: true });
  writeFileSync(join(blobs(), sha256(bytes)), bytes);
  return { mediaType, digest: parseDigest(`sha256:${sha256(bytes)}`), size: bytes.length };
}

function storeImage(architecture: string) {
  const tars = ['one', 'two'].map((name) => Buffer.from(`${name} of ${architecture}`));
  const diffIds = tars.map((tar) => `sha256:${sha256(tar)}`);
  const config = store(
    { os: 'linux', architecture, rootfs: { type: 'layers', diff_ids: diffIds } },
    'application/vnd.oci.image.config.v1+json',
  );
  const layers = tars.map((tar) => store(gzipSync(tar), 'application/vnd.oci.image.layer.v1.tar+gzip'));
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = store({ schemaVersion: 2, mediaType, config, layers }, mediaType);
  return { manifest, config, layers, diffIds };
}

async function read(target: Digest, platform?: { os: string; architecture: string }) {
  const seen: { content: LayerContent; expected: LayerIdentity }[] = [];
  const info = { rootDirectory: root, driver: 'overlayfs', containerdStore: true, metacopy: false };
  const image = { id: target, tags: ['app:1'] };
  const choice = {
    defaultPlatform: { os: 'linux', architecture: 'amd64' },
    verify: true,
    ...(platform === undefined ? {} : { platform }),
  };
  const about = { kind: 'docker', reference: 'app:1' };
  const { description } = await readContainerdImage(info, image, about, choice, async (content, expected) => {
    seen.push({ content, expected });
    return { result: undefined };
  });
  return { description, seen };
}

test('a manifest in the content store is read with its blobs in place', async () => {
  const { manifest, config, layers, diffIds } = storeImage('amd64');
  const { description, seen } = await read(manifest.digest);
  expect(description).toMatchObject({
    digest: manifest.digest,
    imageId: config.digest,
    tags: ['app:1'],
    verified: 'digests',
    platform: { os: 'linux', architecture: 'amd64' },
  });
  expect(seen).toEqual(
    layers.map(({ digest, size }, index) => ({
      content: { kind: 'range', file: join(blobs(), digest.slice(7)), offset: 0, sizeBytes: size },
      expected: { digest, diffId: diffIds[index] },
    })),
  );
});

test('of an index the wanted platform is read, and one that is not there is an error', async () => {
  const [amd64, arm64] = [storeImage('amd64'), storeImage('arm64')];
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = [
    { ...amd64.manifest, platform: { os: 'linux', architecture: 'amd64' } },
    { ...arm64.manifest, platform: { os: 'linux', architecture: 'arm64' } },
  ];
  const index = store({ schemaVersion: 2, mediaType, manifests }, mediaType);
  expect((await read(index.digest)).description.digest).toBe(amd64.manifest.digest);
  const arm = { os: 'linux', architecture: 'arm64' };
  expect((await read(index.digest, arm)).description.digest).toBe(arm64.manifest.digest);
  await expect(read(index.digest, { os: 'linux', architecture: 's390x' })).rejects.toMatchObject({
    code: 'PLATFORM_NOT_FOUND',
  });
});

test('a blob that is missing sends the reader to the export, a changed one is an error', async () => {
  const { manifest, config, layers } = storeImage('amd64');
  writeFileSync(join(blobs(), config.digest.slice(7)), '{}');
  await expect(read(manifest.digest)).rejects.toMatchObject({ code: 'IMAGE_DIGEST_MISMATCH' });
  rmSync(join(blobs(), config.digest.slice(7)));
  await expect(read(manifest.digest)).rejects.toMatchObject({ code: 'ENGINE_STORAGE_UNREADABLE' });
  storeImage('amd64');
  rmSync(join(blobs(), String(layers[1]?.digest.slice(7))));
  await expect(read(manifest.digest)).rejects.toMatchObject({ code: 'ENGINE_STORAGE_UNREADABLE' });
  rmSync(join(root, 'containerd'), { recursive: true });
  await expect(read(manifest.digest)).rejects.toMatchObject({ code: 'ENGINE_STORAGE_UNREADABLE' });
});
