import type { TarEntry } from '#base/tar/entry.ts';
import { cleanPath } from '#base/tar/path.ts';
import { HoldfastError } from '#core/errors.ts';

/** An archive with more entries than this is no image's. */
const MAX_ENTRIES = 100_000;
/** No path in an image's layout is longer. */
const MAX_NAME_CHARACTERS = 512;
const MAX_HOPS = 8;

/** What an archive's files are called, and which names are links to others: docker save once wrote a layer again as a link. */
export interface LayoutNames<T> {
  /** To be called with every entry. @throws `ARCHIVE_TOO_MANY_FILES` */
  entry(entry: TarEntry): void;
  put(path: string, value: T): void;
  remove(path: string): void;
  /** Looks a path up, through at most a few links. */
  find(path: string): T | undefined;
}

export function layoutNames<T>(archive?: string): LayoutNames<T> {
  const values = new Map<string, T>();
  const links = new Map<string, string>();
  let entries = 0;
  return {
    entry: ({ path, type, linkTarget }) => {
      entries += 1;
      if (entries > MAX_ENTRIES) {
        throw new HoldfastError('ARCHIVE_TOO_MANY_FILES', `More than ${MAX_ENTRIES} files: this is no image archive`, {
          ...(archive === undefined ? {} : { path: archive }),
          hint: 'To scan a directory tree inside a tar, unpack it and use dir:PATH.',
        });
      }
      // The last of several entries counts.
      values.delete(path);
      links.delete(path);
      if (linkTarget === undefined || Math.max(path.length, linkTarget.length) > MAX_NAME_CHARACTERS) return;
      links.set(path, linkedPath(path, type, linkTarget));
    },
    put: (path, value) => {
      if (path.length <= MAX_NAME_CHARACTERS) values.set(path, value);
    },
    remove: (path) => {
      values.delete(path);
    },
    find: (path) => {
      let at = cleanPath(path);
      for (let hops = 0; hops <= MAX_HOPS && at !== undefined; hops += 1) {
        const found = values.get(at);
        if (found !== undefined) return found;
        at = links.get(at);
      }
      return undefined;
    },
  };
}

function linkedPath(path: string, type: TarEntry['type'], target: string): string {
  if (type === 'hardlink') return target;
  const slash = path.lastIndexOf('/');
  return cleanPath(slash < 0 ? target : `${path.slice(0, slash)}/${target}`) ?? '';
}
