import { readFileTable, type TableEntry } from '#image/file-table.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';
import { hiding } from '#inventory/merge/hiding.ts';
import { ownEntries } from '#inventory/merge/own-entries.ts';
import { touchedPaths } from '#inventory/merge/touched-paths.ts';
import type { Executable } from '#inventory/package.ts';
import { parentOf } from '#inventory/parent-path.ts';

type Layer = Pick<LayerInventory, 'table' | 'whiteouts' | 'opaques'>;

/**
 * The entries that the stacked layers show, those that are asked for, in no particular order. Hard links have their
 * target's type, size and mode; a directory that no layer lists is there where something lies in it. Takes memory for what
 * is asked for, not for all that the layers hold.
 * @param layers bottom first
 */
export function mergedEntries(
  layers: readonly Layer[],
  keep: (entry: TableEntry) => boolean = () => true,
): ReadonlyMap<string, TableEntry> {
  const shown = new Map<string, TableEntry>();
  /** All directories that anything shown ever lay in. */
  const parents = new Set<string>();
  for (const layer of layers) {
    const hidden = hiding();
    for (const path of layer.whiteouts) hidden.deleted.add(path);
    for (const path of layer.opaques) hidden.opaque.add(path);
    const own = ownEntries(keep);
    for (const entry of readFileTable(layer.table)) own.add(entry);
    const matters = (path: string) => shown.has(path) || parents.has(path);
    for (const { path, directory, implied } of shown.size > 0 ? touchedPaths(layer.table, matters) : []) {
      if (!directory) hidden.covered.add(path);
      if (!implied || shown.get(path)?.type !== 'directory') shown.delete(path);
    }
    if (hidden.deleted.size + hidden.opaque.size + hidden.covered.size > 0) {
      for (const path of shown.keys()) if (hidden.hides(path)) shown.delete(path);
    }
    for (const { entry, implied } of own.all()) {
      if (implied && shown.has(entry.path)) continue;
      shown.set(entry.path, entry);
      for (let at = parentOf(entry.path); at !== '' && !parents.has(at); at = parentOf(at)) parents.add(at);
    }
  }
  return shown;
}

/** Regular files with an execute bit, sorted by path. */
export function executablesOf(layers: readonly Layer[]): readonly Executable[] {
  const executable = ({ type, mode }: TableEntry) => type === 'file' && (mode & 0o111) !== 0;
  return [...mergedEntries(layers, executable).values()]
    .map(({ path, sizeBytes, mode }) => ({ path, sizeBytes, mode }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
