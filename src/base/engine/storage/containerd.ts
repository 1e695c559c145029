import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { storageUnreadable } from '#base/engine/storage/small-file.ts';
import { type Digest, digestAlgorithm, digestHex } from '#core/digest.ts';

/** Finds the file of a blob; undefined where there is none. */
export type FindBlob = (digest: Digest) => { readonly file: string; readonly sizeBytes: number } | undefined;

const CONTENT = 'io.containerd.content.v1.content';

/**
 * The content store of the containerd that keeps a Docker engine's images: the system's own, or the one that the engine
 * starts itself. A plain directory of blobs named by their digests (containerd, content store), which the caller
 * verifies as of any other source; so a store that is another engine's does no harm.
 * @throws `ENGINE_STORAGE_UNREADABLE` when no such directory has the blob `target`
 */
export function containerdBlobs(engineRoot: string, target: Digest): FindBlob {
  const stores = ['/var/lib/containerd', join(engineRoot, 'containerd/daemon')].map((root) => join(root, CONTENT));
  for (const store of stores) {
    const find: FindBlob = (digest) => {
      const file = join(store, 'blobs', digestAlgorithm(digest), digestHex(digest));
      const status = lstatSync(file, { throwIfNoEntry: false });
      return status?.isFile() === true ? { file, sizeBytes: status.size } : undefined;
    };
    try {
      if (find(target) !== undefined) return find;
    } catch {
      // Not this process's to read: the other one may be.
    }
  }
  throw storageUnreadable(stores.join(', '), `no content store that can be read has ${target}`);
}
