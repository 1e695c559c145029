import type { TableEntry } from '#image/file-table.ts';
import { parentOf } from '#inventory/parent-path.ts';
import { placedEntries } from '#inventory/placed-entries.ts';

/** One layer's entries, those that are asked for. Later ones replace earlier ones. */
export interface OwnEntries {
  add(entry: TableEntry): void;
  all(): readonly OwnEntry[];
}

export interface OwnEntry {
  readonly entry: TableEntry;
  /** A directory that the layer does not list. */
  readonly implied: boolean;
}

interface Placed extends OwnEntry {
  readonly number: number;
}

export function ownEntries(keep: (entry: TableEntry) => boolean): OwnEntries {
  const entries = new Map<string, Placed>();
  const places = placedEntries();
  const stands = ({ entry, number }: Placed) => places.stands(entry.path, number);
  /** A hard link is another name of an entry before it. */
  const resolved = (entry: TableEntry): TableEntry => {
    const target = entry.type === 'hardlink' ? entries.get(entry.linkTarget ?? '') : undefined;
    return target !== undefined && stands(target) ? { ...target.entry, path: entry.path } : entry;
  };
  const keepsDirectories = keep(impliedDirectory(''));
  const put = (entry: TableEntry, implied: boolean) => {
    entries.delete(entry.path);
    const number = places.place(entry.path, entry.type === 'directory');
    if (!keep(entry)) return;
    entries.set(entry.path, { entry, implied, number });
    places.remember(entry.path);
  };
  return {
    add: (entry) => {
      for (let at = parentOf(entry.path); keepsDirectories && at !== ''; at = parentOf(at)) {
        const there = entries.get(at);
        if (there !== undefined && stands(there)) break;
        put(impliedDirectory(at), true);
      }
      put(resolved(entry), false);
    },
    all: () => [...entries.values()].filter(stands),
  };
}

function impliedDirectory(path: string): TableEntry {
  return { path, type: 'directory', mode: 0o755, sizeBytes: 0 };
}
