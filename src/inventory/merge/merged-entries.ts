import { readFileTable, type TableEntry } from '#image/file-table.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';
import { hiding } from '#inventory/merge/visible-files.ts';
import type { Executable } from '#inventory/package.ts';

/**
 * Every entry that the stacked layers show, top layer's first. Hard links have their target's size and mode. Holds a set
 * of all paths meanwhile: asked for by those who want the files, not by every scan.
 */
export function* mergedEntries(
  layers: readonly Pick<LayerInventory, 'table' | 'whiteouts' | 'opaques'>[],
): Generator<TableEntry> {
  const hidden = hiding();
  const seen = new Set<string>();
  for (const layer of [...layers].reverse()) {
    const entries = lastOfEach(layer.table);
    for (const entry of entries.values()) {
      if (seen.has(entry.path) || hidden.hides(entry.path)) continue;
      if (entry.type !== 'hardlink') yield entry;
      else yield { ...linked(entry, entries), path: entry.path };
    }
    // What a layer hides, it hides of the layers below it only.
    for (const entry of entries.values()) {
      seen.add(entry.path);
      if (entry.type !== 'directory') hidden.covered.add(entry.path);
    }
    for (const path of layer.whiteouts) hidden.deleted.add(path);
    for (const path of layer.opaques) hidden.opaque.add(path);
  }
}

function lastOfEach(table: Buffer): ReadonlyMap<string, TableEntry> {
  const entries = new Map<string, TableEntry>();
  for (const entry of readFileTable(table)) entries.set(entry.path, entry);
  return entries;
}

function linked(entry: TableEntry, entries: ReadonlyMap<string, TableEntry>): TableEntry {
  let at = entry;
  // A link to a link is allowed; a circle is not, and ends here.
  for (let hops = 0; hops < 16 && at.type === 'hardlink'; hops += 1) {
    const next = entries.get(at.linkTarget ?? '');
    if (next === undefined) return entry;
    at = next;
  }
  return at;
}

/** Regular files with an execute bit, sorted by path. */
export function executablesOf(
  layers: readonly Pick<LayerInventory, 'table' | 'whiteouts' | 'opaques'>[],
): readonly Executable[] {
  const found: Executable[] = [];
  for (const { path, type, mode, sizeBytes } of mergedEntries(layers)) {
    if (type === 'file' && (mode & 0o111) !== 0) found.push({ path, sizeBytes, mode });
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
