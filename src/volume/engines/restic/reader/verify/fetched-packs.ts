import { type PortableZstd, portableZstd } from '#base/compress/zstd-portable.ts';
import type { ResticFile, ResticFiles } from '#volume/engines/restic/reader/files.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';
import { MOST_PACK_BYTES, type PackThreads, packWorkers } from '#volume/engines/restic/reader/verify/pack-threads.ts';
import { wholePack } from '#volume/engines/restic/reader/verify/whole-pack.ts';

/** Requests under way: a server that is far away answers several as soon as one. */
const AT_ONCE = 4;
/** Of packs that are fetched or wait to be looked at. A larger one is fetched alone. */
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * Packs of a server: fetched whole, a few at once, and looked at in threads, or on the main thread where there can be none.
 */
export function fetchedPacks(files: Pick<ResticFiles, 'read'>, key: ResticKey): PackThreads {
  const workers = packWorkers(undefined, key);
  const room = roomFor(MOST_BYTES, AT_ONCE + (workers?.width ?? 0));
  let zstd: Promise<PortableZstd> | undefined;
  const lookHere = async (pack: ResticFile, bytes: Buffer) => {
    zstd ??= portableZstd();
    return wholePack(key, await zstd, pack, bytes);
  };
  const look = async (pack: ResticFile) => {
    // Whatever cannot be had is asked for again, more closely, where errors are told apart.
    const bytes = await files.read('pack', pack.name, 0, pack.sizeBytes).catch(() => undefined);
    if (bytes === undefined) return undefined;
    return workers === undefined ? lookHere(pack, bytes) : workers.look(pack, bytes);
  };
  return {
    width: AT_ONCE + (workers?.width ?? 0),
    look: async (pack) => {
      if (pack.sizeBytes > MOST_PACK_BYTES) return undefined;
      const leave = await room.enter(pack.sizeBytes);
      return look(pack)
        .catch(() => undefined)
        .finally(leave);
    },
    close: async () => {
      await workers?.close();
      (await zstd)?.close();
    },
  };
}

/** Lets in what fits, in the order in which it came; what is larger than all the room, when it is empty. */
function roomFor(mostBytes: number, most: number) {
  let inside = 0;
  let bytesInside = 0;
  const queue: { readonly sizeBytes: number; readonly enter: () => void }[] = [];
  const admit = () => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      if (inside > 0 && (inside >= most || bytesInside + next.sizeBytes > mostBytes)) return;
      queue.shift();
      inside += 1;
      bytesInside += next.sizeBytes;
      next.enter();
    }
  };
  return {
    enter: (sizeBytes: number) =>
      new Promise<() => void>((resolve) => {
        const leave = () => {
          inside -= 1;
          bytesInside -= sizeBytes;
          admit();
        };
        queue.push({ sizeBytes, enter: () => resolve(leave) });
        admit();
      }),
  };
}
