import { join } from 'node:path';
import {
  readSmallFile,
  requireDirectory,
  requireRegularFile,
  storageUnreadable,
} from '#base/engine/storage/small-file.ts';
import {
  type ContainerDirectories,
  requireDigest,
  type StoredImage,
  type StoredLayer,
} from '#base/engine/storage/stored-image.ts';
import { type Digest, digestHex } from '#core/digest.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';
import { CONFIG_LIMIT_BYTES, parseImageConfig } from '#core/oci/parse.ts';

const HEX = /^[0-9a-f]{64}$/;
const INDEX_LIMIT_BYTES = 64 * 1024 * 1024;

/**
 * Reads an image from the storage that Podman, Buildah and CRI-O share (containers/storage, driver overlay): the image
 * in `overlay-images/images.json`, its configuration among the image's data, its layers up from `overlay-layers/
 * layers.json`. Configuration and diffIDs are compared like in {@link readDockerImage}.
 * @throws `ENGINE_STORAGE_UNREADABLE`, `CONFIG_INVALID`
 */
export function readPodmanImage(root: string, id: Digest): StoredImage {
  const image = rowOf(join(root, 'overlay-images/images.json'), digestHex(id));
  // Names that are no plain words are stored in base64 after an equals sign.
  const name = `=${Buffer.from(id).toString('base64')}`;
  const path = join(root, 'overlay-images', digestHex(id), name);
  const config = requireDigest(readSmallFile(path, CONFIG_LIMIT_BYTES), id, path);
  const index = join(root, 'overlay-layers/layers.json');
  const table = tableOf(index);
  const layers: StoredLayer[] = [];
  let next = image['layer'];
  for (const diffId of parseImageConfig(config).diffIds.toReversed()) {
    const row = typeof next === 'string' ? table.get(next) : undefined;
    if (typeof next !== 'string' || row === undefined || !complete(row)) {
      throw storageUnreadable(index, `a layer of ${id} is missing`);
    }
    if (row['diff-digest'] !== diffId) throw storageUnreadable(index, `layer ${next} is not recorded as ${diffId}`);
    layers.push(layerOf(root, index, next, diffId));
    next = row['parent'];
  }
  if (next !== undefined && next !== '') throw storageUnreadable(index, `${id} has more layers than it lists`);
  return { config, layers: layers.reverse() };
}

function layerOf(root: string, index: string, name: string, diffId: Digest): StoredLayer {
  return {
    directory: layerDirectory(root, name),
    diffId,
    record: requireRegularFile(join(root, 'overlay-layers', `${name}.tar-split.gz`)),
    // A layer is marked before it is removed.
    confirm: () => {
      if (!complete(rowOf(index, name))) throw storageUnreadable(index, `layer ${name} is being removed`);
    },
  };
}

function complete(row: JsonObject): boolean {
  return !isObject(row['flags']) || row['flags']['incomplete'] !== true;
}

/** What a container writes to. @throws `ENGINE_STORAGE_UNREADABLE` */
export function podmanContainerLayers(root: string, container: string): ContainerDirectories {
  const index = join(root, 'overlay-containers/containers.json');
  const layer = rowOf(index, container)['layer'];
  if (typeof layer !== 'string') throw storageUnreadable(index, `container ${container} has no layer`);
  return {
    directories: [layerDirectory(root, layer)],
    confirm: () => {
      if (rowOf(index, container)['layer'] !== layer) throw storageUnreadable(index, 'it changed while it was read');
    },
  };
}

function layerDirectory(root: string, name: string): string {
  if (!HEX.test(name)) throw storageUnreadable(root, `${JSON.stringify(name.slice(0, 80))} names no directory`);
  requireDirectory(join(root, 'overlay', name));
  return requireDirectory(join(root, 'overlay', name, 'diff'));
}

function tableOf(path: string): ReadonlyMap<string, JsonObject> {
  let rows: unknown;
  try {
    rows = JSON.parse(readSmallFile(path, INDEX_LIMIT_BYTES).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw storageUnreadable(path, `${path} is not JSON`, error);
    throw error;
  }
  if (!Array.isArray(rows)) throw storageUnreadable(path, `${path} is no list`);
  const table = new Map<string, JsonObject>();
  for (const row of rows) {
    if (isObject(row) && typeof row['id'] === 'string') table.set(row['id'], row);
  }
  return table;
}

function rowOf(path: string, id: string): JsonObject {
  const row = tableOf(path).get(id);
  if (row === undefined) throw storageUnreadable(path, `${id} is not in ${path}`);
  return row;
}
