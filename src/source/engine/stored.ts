import { isAbsolute } from 'node:path';
import { dockerContainerLayers, readDockerImage } from '#base/engine/storage/docker-overlay.ts';
import { podmanContainerLayers, readPodmanImage } from '#base/engine/storage/podman.ts';
import { storageUnreadable } from '#base/engine/storage/small-file.ts';
import type { ContainerDirectories, StoredImage, StoredLayer } from '#base/engine/storage/stored-image.ts';
import type { Digest } from '#core/digest.ts';
import { parseImageConfig } from '#core/oci/parse.ts';
import type { LayerContent } from '#image/image.ts';
import type { SelectedImage } from '#source/archive/selected-image.ts';
import type { KnownEngine } from '#source/engine/options.ts';

/** Docker with overlay2, or Podman with overlay; every other driver keeps its layers in ways that are not read here. */
function storeOf({ engine: { podman }, info }: KnownEngine): 'docker' | 'podman' {
  const { rootDirectory, driver, containerdStore, metacopy } = info;
  if (isAbsolute(rootDirectory)) {
    if (podman && driver === 'overlay' && !metacopy) return 'podman';
    if (!podman && driver === 'overlay2' && !containerdStore) return 'docker';
  }
  throw storageUnreadable(rootDirectory, `layers of the storage driver ${JSON.stringify(driver)} are not read there`);
}

/**
 * An image in the storage of the engine, if this process may read that, and is not to use the engine's export only.
 * @throws `ENGINE_STORAGE_UNREADABLE`
 */
export function storedImage(known: KnownEngine, id: Digest, exportOnly: boolean): StoredImage {
  const { rootDirectory } = known.info;
  if (exportOnly) throw storageUnreadable(rootDirectory, 'the export was asked for');
  return storeOf(known) === 'podman' ? readPodmanImage(rootDirectory, id) : readDockerImage(rootDirectory, id);
}

/** A container's directories above its image's layers. @throws `ENGINE_STORAGE_UNREADABLE` */
export function storedContainer(known: KnownEngine, id: string): ContainerDirectories {
  const read = storeOf(known) === 'podman' ? podmanContainerLayers : dockerContainerLayers;
  return read(known.info.rootDirectory, id);
}

/** A stored layer as one to be read. */
export function overlayContent({ directory, record, confirm }: StoredLayer): LayerContent {
  return { kind: 'overlay', directory, entries: { from: 'record', file: record }, confirm };
}

/** A stored image as the one that was selected. */
export function selectedOf(
  { config, layers }: StoredImage,
  imageId: Digest,
  tags: readonly string[],
  unpackedBytes?: number,
): SelectedImage {
  return {
    ...(unpackedBytes === undefined ? {} : { unpackedBytes }),
    config: parseImageConfig(config),
    imageId,
    annotations: {},
    tags,
    layers: layers.map(({ directory, diffId }) => ({ path: directory, expected: { diffId } })),
  };
}
