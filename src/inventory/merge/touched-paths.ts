import { readFileTable } from '#image/file-table.ts';
import { parentOf } from '#inventory/parent-path.ts';
import { placedEntries } from '#inventory/placed-entries.ts';

/** A path that a layer has something at when all its entries have come. */
export interface TouchedPath {
  readonly path: string;
  readonly directory: boolean;
  /** True for a directory that the layer does not list, and in which something lies. */
  readonly implied: boolean;
}

/** Directories that are remembered as seen; when there are more, some are looked at twice. */
const MAX_REMEMBERED = 100_000;

/**
 * Which of the paths that matter a layer has something at. A layer need not list the directories of its files: engines make
 * them then, also in place of a file below. What lay in a directory that gave way within the layer is not there.
 * @param matters must hold for every directory above a path for which it holds
 */
export function touchedPaths(table: Buffer, matters: (path: string) => boolean): readonly TouchedPath[] {
  const touched = new Map<string, TouchedPath & { readonly number: number }>();
  const places = placedEntries();
  const touch = (path: string, directory: boolean, implied: boolean) => {
    touched.set(path, { path, directory, implied, number: places.place(path, directory) });
    places.remember(path);
  };
  let parent = '';
  let seen = new Set<string>();
  for (const { path, type } of readFileTable(table)) {
    const above = parentOf(path);
    for (let at = above; above !== parent && at !== '' && !seen.has(at); at = parentOf(at)) {
      if (seen.size >= MAX_REMEMBERED) seen = new Set();
      seen.add(at);
      const there = touched.get(at);
      if (matters(at) && (there === undefined || !places.stands(at, there.number))) touch(at, true, true);
    }
    parent = above;
    // What was seen below it is gone, and may come again.
    if (type !== 'directory' && seen.has(path)) seen = new Set();
    if (matters(path)) touch(path, type === 'directory', false);
  }
  return [...touched.values()].filter(({ path, number }) => places.stands(path, number));
}
