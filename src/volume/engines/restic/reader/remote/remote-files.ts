import { HoldfastError } from '#core/errors.ts';
import {
  isResticId,
  MAX_READ_BYTES,
  type OpenFiles,
  type ResticFile,
  type ResticFileKind,
} from '#volume/engines/restic/reader/files.ts';
import { cachedStore } from '#volume/engines/restic/reader/remote/cached-store.ts';
import { fileUnreadable, type RemoteStore, shownFile } from '#volume/engines/restic/reader/remote/remote-store.ts';

/** More packs than 32 TB have at restic's usual size. */
const MOST_FILES = 2_000_000;

/** Most bytes of a file that is read whole. */
const MOST_WHOLE_BYTES: Readonly<Record<ResticFileKind, number>> = {
  config: 1024 * 1024,
  key: 1024 * 1024,
  snapshot: 32 * 1024 * 1024,
  index: MAX_READ_BYTES,
  pack: MAX_READ_BYTES,
};

/**
 * The files of a server. What it says is not believed: names that are none are left out, each name counts once, there is an
 * end to every list, and a read gives exactly what was asked for or throws.
 * @param mostFiles in one folder
 */
export function remoteFiles(uncached: RemoteStore, mostFiles: number = MOST_FILES): OpenFiles {
  const store = cachedStore(uncached);
  return {
    list: async function* (kind) {
      const names = new Set<string>();
      for await (const { name, sizeBytes } of store.list(kind)) {
        if (!isFile({ name, sizeBytes }) || names.has(name)) continue;
        if (names.size === mostFiles) throw fileUnreadable(shownFile(kind, ''), `more than ${mostFiles} files`);
        names.add(name);
        yield { name, sizeBytes };
      }
    },
    read: async (kind, name, offsetBytes = 0, lengthBytes) => {
      if (kind !== 'config' && !isResticId(name)) {
        throw new HoldfastError('RESTIC_FILE_MISSING', `"${name}" is no name of a repository's file`);
      }
      const path = shownFile(kind, name);
      if (lengthBytes === undefined) {
        const bytes = await store.read(kind, name, {
          ...{ offsetBytes: 0, lengthBytes: MOST_WHOLE_BYTES[kind], whole: true },
        });
        if (offsetBytes > bytes.length) throw truncated(path, offsetBytes, bytes.length);
        return bytes.subarray(offsetBytes);
      }
      if (lengthBytes > MAX_READ_BYTES) {
        const message = `${path} has ${lengthBytes} bytes, more than ${MAX_READ_BYTES}`;
        throw new HoldfastError('RESTIC_FILE_TOO_LARGE', message, { path });
      }
      if (lengthBytes < 0) throw truncated(path, offsetBytes + lengthBytes, offsetBytes);
      if (lengthBytes === 0) return Buffer.alloc(0);
      const bytes = await store.read(kind, name, { offsetBytes, lengthBytes, whole: false });
      if (bytes.length === lengthBytes) return bytes;
      throw truncated(path, offsetBytes + lengthBytes, offsetBytes + bytes.length);
    },
    close: store.close,
  };
}

function isFile({ name, sizeBytes }: ResticFile): boolean {
  return isResticId(name) && Number.isSafeInteger(sizeBytes) && sizeBytes >= 0;
}

function truncated(path: string, wanted: number, has: number): HoldfastError {
  const message = `${path} ends at byte ${has}, before byte ${wanted}`;
  return new HoldfastError('RESTIC_FILE_TRUNCATED', message, { path });
}
