import { parentOf } from '#inventory/parent-path.ts';

/**
 * Where the entries of one layer stand. A directory that gives way to something else takes with it what lay inside: that
 * is worked out when it is asked for, so that no order of entries costs more than their number.
 */
export interface PlacedEntries {
  /** An entry comes; gives its number. */
  place(path: string, directory: boolean): number;
  /** Something at this path will be asked for. */
  remember(path: string): void;
  /** False when a directory above it gave way after that number. */
  stands(path: string, since: number): boolean;
}

export function placedEntries(): PlacedEntries {
  const parents = new Set<string>();
  const gaveWay = new Map<string, number>();
  let number = 0;
  return {
    place: (path, directory) => {
      number += 1;
      if (!directory && parents.has(path)) gaveWay.set(path, number);
      return number;
    },
    remember: (path) => {
      for (let at = parentOf(path); at !== '' && !parents.has(at); at = parentOf(at)) parents.add(at);
    },
    stands: (path, since) => {
      if (gaveWay.size === 0) return true;
      for (let at = parentOf(path); at !== ''; at = parentOf(at)) if ((gaveWay.get(at) ?? 0) > since) return false;
      return true;
    },
  };
}
