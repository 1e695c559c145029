import type { EngineImage } from '#base/engine/images.ts';
import type { EngineInfo } from '#base/engine/info.ts';
import { containerdBlobs } from '#base/engine/storage/containerd.ts';
import { readSmallFile, storageUnreadable } from '#base/engine/storage/small-file.ts';
import { type Digest, isDigest } from '#core/digest.ts';
import { MEDIA_TYPES } from '#core/oci/manifest.ts';
import { MANIFEST_LIMIT_BYTES, parseManifest } from '#core/oci/parse.ts';
import type { LayerContent, ReadImage, ReadLayer } from '#image/image.ts';
import type { About } from '#source/archive/assemble.ts';
import { selectImage } from '#source/archive/select-image.ts';
import type { ImageChoice } from '#source/archive/selected-image.ts';
import { emptyLayer } from '#source/archive/unread-layer.ts';
import { readSelected } from '#source/engine/read-selected.ts';

const BLOB = /^blobs\/([a-z0-9]+)\/([0-9a-f]+)$/;

/**
 * Reads an image of an engine whose images containerd keeps (Docker's containerd image store): the blobs of its content
 * store, found from the manifest or index that the engine names, laid out and verified like those of an OCI layout.
 * Which snapshots were unpacked from them is in a database that is not read. Tried on a content store that containerd
 * 1.6 wrote; on a Docker engine with that store only as its API is documented.
 * @throws `ENGINE_STORAGE_UNREADABLE` when the store cannot be read or lacks a blob, and what reading a layout throws
 */
export async function readContainerdImage<R>(
  info: EngineInfo,
  image: EngineImage,
  about: About,
  choice: ImageChoice,
  readLayer: ReadLayer<R>,
): Promise<ReadImage<R>> {
  const target = image.target ?? image.id;
  const find = containerdBlobs(info.rootDirectory, target);
  const located = (path: string) => {
    const match = BLOB.exec(path);
    const digest = match === null ? '' : `${match[1]}:${match[2]}`;
    const found = isDigest(digest) ? find(digest) : undefined;
    // A platform that was not pulled, or layers that were dropped once they were unpacked.
    if (found === undefined) throw storageUnreadable(path, `the content store lacks ${digest}`);
    return found;
  };
  const read = (path: string, limitBytes: number) => {
    if (path === 'index.json')
      return indexOf(target, readSmallFile(located(blobOf(target)).file, MANIFEST_LIMIT_BYTES));
    return readSmallFile(located(path).file, limitBytes);
  };
  const selected = { ...selectImage(read, choice, 'oci'), tags: image.tags };
  const contents = selected.layers.map(
    ({ path, unread }): LayerContent =>
      unread === undefined ? { kind: 'range', offset: 0, ...located(path) } : emptyLayer(),
  );
  return readSelected(about, selected, contents, choice.verify ? 'digests' : 'none', readLayer);
}

function blobOf(digest: Digest): string {
  return `blobs/${digest.replace(':', '/')}`;
}

/** The index that a layout would have of the one image that is meant. */
function indexOf(target: Digest, bytes: Buffer): Buffer {
  const { mediaType } = parseManifest(bytes);
  const descriptor = { mediaType, digest: target, size: bytes.length };
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.index, manifests: [descriptor] }));
}
