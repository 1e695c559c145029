import type { CatalogedFile, LayerInventory } from '#inventory/layer-inventory.ts';
import { hiding } from '#inventory/merge/hiding.ts';
import { touchedPaths } from '#inventory/merge/touched-paths.ts';
import { parentOf } from '#inventory/parent-path.ts';

/** A cataloged file that the merged image shows, and the same path in the layers that it replaced, top first. */
export interface VisibleFile {
  readonly path: string;
  readonly cataloger: string;
  /** The first is what the image shows. Ends where a layer deleted the path: what lies below is another file. */
  readonly versions: readonly { readonly layer: number; readonly file: CatalogedFile }[];
}

/**
 * Which cataloged files the stacked layers show (OCI layer, "Applying Changesets"): whiteouts, opaque directories, files
 * that replace files, and anything that takes a directory's place. Looks only at paths that matter, so that the layers'
 * whole trees are never in memory at once.
 * @param layers bottom first
 */
export function visibleFiles(layers: readonly LayerInventory[]): readonly VisibleFile[] {
  const interest = pathsOfInterest(layers.slice(0, -1));
  const hidden = hiding();
  const chains = new Map<
    string,
    { path: string; cataloger: string; versions: { layer: number; file: CatalogedFile }[] }
  >();
  const ended = new Set<string>();
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const layer = layers[index];
    if (layer === undefined) continue;
    const cataloged = new Set<string>();
    for (const file of layer.files) {
      cataloged.add(file.path);
      if (ended.has(file.path) || hidden.hides(file.path)) continue;
      const key = `${file.cataloger}\0${file.path}`;
      const chain = chains.get(key);
      if (chain === undefined)
        chains.set(key, { path: file.path, cataloger: file.cataloger, versions: [{ layer: index, file }] });
      else chain.versions.push({ layer: index, file });
    }
    if (index === 0) break;
    // The bottom layer hides nothing; the others need their tables only where they touch what lies below.
    for (const path of layer.whiteouts) hidden.deleted.add(path);
    for (const path of layer.opaques) hidden.opaque.add(path);
    for (const { path, directory } of interest.size > 0 ? touchedPaths(layer.table, (at) => interest.has(at)) : []) {
      if (!directory) hidden.covered.add(path);
      if (!cataloged.has(path)) ended.add(path);
    }
  }
  return [...chains.values()].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.cataloger < b.cataloger ? -1 : 1,
  );
}

function pathsOfInterest(layers: readonly LayerInventory[]): ReadonlySet<string> {
  const interest = new Set<string>();
  for (const { files } of layers) {
    for (const { path } of files) {
      for (let at = path; at !== '' && !interest.has(at); at = parentOf(at)) interest.add(at);
    }
  }
  return interest;
}
