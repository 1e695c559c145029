import { createHash } from 'node:crypto';
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
import { CONFIG_LIMIT_BYTES, parseImageConfig } from '#core/oci/parse.ts';

const NAME_LIMIT_BYTES = 256;
const HEX = /^[0-9a-f]{64}$/;

/**
 * Reads an image from the data root of a Docker engine with the storage driver overlay2: its configuration by its id,
 * each layer by its chain id (OCI image specification, config, "Layer ChainID"). What is read there is believed only
 * when it fits: the configuration by its digest, each layer's own diffID by the configuration.
 *
 * Docker mounts with `redirect_dir`, `metacopy` and `index` off and unpacks layers itself, so a layer's files are
 * whole and where their names say.
 * @throws `ENGINE_STORAGE_UNREADABLE`, `CONFIG_INVALID`
 */
export function readDockerImage(root: string, id: Digest): StoredImage {
  const path = join(root, 'image/overlay2/imagedb/content/sha256', digestHex(id));
  if (!id.startsWith('sha256:')) throw storageUnreadable(path, `${id} is not a sha256 digest`);
  const config = requireDigest(readSmallFile(path, CONFIG_LIMIT_BYTES), id, path);
  const layers: StoredLayer[] = [];
  let chain: string | undefined;
  for (const diffId of parseImageConfig(config).diffIds) {
    chain = nextChain(chain, diffId);
    layers.push(readLayer(root, chain, diffId));
  }
  return { config, layers };
}

function nextChain(parent: string | undefined, diffId: Digest): string {
  if (parent === undefined) return diffId;
  return `sha256:${createHash('sha256').update(`${parent} ${diffId}`).digest('hex')}`;
}

function readLayer(root: string, chain: string, diffId: Digest): StoredLayer {
  const path = join(root, 'image/overlay2/layerdb/sha256', chain.slice('sha256:'.length));
  if (!diffId.startsWith('sha256:')) throw storageUnreadable(path, `${diffId} is not a sha256 digest`);
  const recorded = word(join(path, 'diff'));
  if (recorded !== diffId) throw storageUnreadable(path, `${path} is recorded as ${JSON.stringify(recorded)}`);
  const cacheId = word(join(path, 'cache-id'));
  if (!HEX.test(cacheId)) throw storageUnreadable(path, `${path} names no directory`);
  return {
    directory: layerDirectory(root, cacheId),
    diffId,
    record: requireRegularFile(join(path, 'tar-split.json.gz')),
    // The engine renames the record before it removes the directory.
    confirm: () => unchanged(join(path, 'cache-id'), cacheId),
  };
}

function word(path: string): string {
  return readSmallFile(path, NAME_LIMIT_BYTES).toString('latin1').trim();
}

function unchanged(path: string, expected: string): void {
  if (word(path) !== expected) throw storageUnreadable(path, 'it changed while it was read');
}

function layerDirectory(root: string, name: string): string {
  requireDirectory(join(root, 'overlay2', name));
  return requireDirectory(join(root, 'overlay2', name, 'diff'));
}

/**
 * The directories of a container above its image, lower first: what the engine puts there when it starts (`hosts`,
 * `resolv.conf` and the like), and what the container writes.
 * @throws `ENGINE_STORAGE_UNREADABLE`
 */
export function dockerContainerLayers(root: string, container: string): ContainerDirectories {
  const path = join(root, 'image/overlay2/layerdb/mounts', container);
  if (!HEX.test(container)) throw storageUnreadable(path, `${JSON.stringify(container)} is no container's id`);
  const mount = word(join(path, 'mount-id'));
  if (!HEX.test(mount)) throw storageUnreadable(path, `${path} names no directory`);
  const start = word(join(path, 'init-id'));
  if (start !== `${mount}-init`) throw storageUnreadable(path, `${path} names no directory of the engine's own files`);
  return {
    directories: [layerDirectory(root, start), layerDirectory(root, mount)],
    confirm: () => unchanged(join(path, 'mount-id'), mount),
  };
}
