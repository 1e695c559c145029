import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenFiles, ResticFileKind } from '#volume/engines/restic/reader/files.ts';

/** What restic keeps of a server on this machine under the same names. Packs of directories, too, which are not taken from it. */
const FOLDERS: ReadonlyMap<ResticFileKind, string> = new Map([
  ['index', 'index'],
  ['snapshot', 'snapshots'],
]);
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * The files of a server, but indexes and snapshots from restic's cache where it has them: they need not be fetched each time
 * that somebody looks into a repository. Lists come from the server, and a file of the cache counts only when its SHA-256 is
 * its name. Not for whoever wants to know what the server has.
 * @param directory restic's cache for the repository, which need not be there
 */
export function withResticCache(files: OpenFiles, directory: string): OpenFiles {
  return {
    ...files,
    read: async (kind, name, offsetBytes, lengthBytes) => {
      const folder = FOLDERS.get(kind);
      if (folder !== undefined && offsetBytes === undefined && lengthBytes === undefined) {
        const known = await wholeFile(join(directory, folder, name.slice(0, 2), name), name);
        if (known !== undefined) return known;
      }
      return files.read(kind, name, offsetBytes, lengthBytes);
    },
  };
}

async function wholeFile(path: string, name: string): Promise<Buffer | undefined> {
  try {
    const facts = await stat(path);
    if (!facts.isFile() || facts.size > MOST_BYTES) return undefined;
    const bytes = await readFile(path);
    return createHash('sha256').update(bytes).digest('hex') === name ? bytes : undefined;
  } catch {
    return undefined;
  }
}
