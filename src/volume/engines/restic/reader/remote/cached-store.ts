import type { RemoteStore, WantedBytes } from '#volume/engines/restic/reader/remote/remote-store.ts';

/** Some dozens of directories lie in so many bytes, and whoever looks at one looks at its neighbours next. */
const BLOCK_BYTES = 256 * 1024;
const MOST_BLOCKS = 256;

/**
 * Keeps the last 64 MiB that were read of packs in small parts, in blocks, so that a walk through directories does not ask
 * the server for each. Larger parts are not kept, and what failed is asked for again.
 */
export function cachedStore(store: RemoteStore): RemoteStore {
  // In the order in which they were used.
  const blocks = new Map<string, Promise<Buffer>>();
  const block = (name: string, index: number): Promise<Buffer> => {
    const id = `${name} ${index}`;
    const known = blocks.get(id);
    blocks.delete(id);
    const reading =
      known ?? store.read('pack', name, { offsetBytes: index * BLOCK_BYTES, lengthBytes: BLOCK_BYTES, whole: false });
    blocks.set(id, reading);
    if (known === undefined) reading.catch(() => blocks.delete(id));
    for (const oldest of blocks.keys()) {
      if (blocks.size <= MOST_BLOCKS) break;
      blocks.delete(oldest);
    }
    return reading;
  };
  const small = async (name: string, { offsetBytes, lengthBytes }: WantedBytes): Promise<Buffer> => {
    const first = Math.floor(offsetBytes / BLOCK_BYTES);
    const last = Math.floor((offsetBytes + lengthBytes - 1) / BLOCK_BYTES);
    // A short block is the last one: what comes behind it is not there.
    const parts =
      first === last ? [await block(name, first)] : await Promise.all([block(name, first), block(name, last)]);
    const from = offsetBytes - first * BLOCK_BYTES;
    const [part] = parts;
    const bytes = parts.length === 1 && part !== undefined ? part : Buffer.concat(parts);
    // In memory of its own: whoever gets it may hand it to a thread.
    const wanted = bytes.subarray(from, from + lengthBytes);
    const own = Buffer.allocUnsafeSlow(wanted.length);
    wanted.copy(own);
    return own;
  };
  return {
    ...store,
    read: (kind, name, wanted) =>
      kind === 'pack' && !wanted.whole && wanted.lengthBytes <= BLOCK_BYTES
        ? small(name, wanted)
        : store.read(kind, name, wanted),
  };
}
