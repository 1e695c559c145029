import type { Cataloger, ImageFile } from '#inventory/cataloger.ts';
import type { CatalogedFile } from '#inventory/layer-inventory.ts';
import { parentOf } from '#inventory/parent-path.ts';

/** A file that waits for the layer's end, because its companions may come behind it. */
export interface HeldFile extends ImageFile {
  /** What it takes of the memory for such files; nothing for another name of the same file. */
  readonly heldBytes: number;
  readonly catalogers: readonly Cataloger[];
}

/** What was found in the files of one layer. Entries of a tar that come later replace those before them. */
export interface CatalogedFiles {
  keep(file: CatalogedFile): void;
  hold(file: HeldFile): void;
  /** Another entry has taken the path: what was there is gone, and without a directory all that was inside. */
  replace(path: string, directory: boolean): void;
  at(path: string): readonly CatalogedFile[];
  heldAt(path: string): HeldFile | undefined;
  allHeld(): readonly HeldFile[];
  /** In the layer's order. */
  all(): readonly CatalogedFile[];
}

export function catalogedFiles(dropped: (file: HeldFile) => void): CatalogedFiles {
  const files = new Map<string, CatalogedFile[]>();
  const held = new Map<string, HeldFile>();
  /** Directories with such files inside. */
  const parents = new Set<string>();
  const rememberParents = (path: string) => {
    for (let at = parentOf(path); at !== '' && !parents.has(at); at = parentOf(at)) parents.add(at);
  };
  const forget = (path: string) => {
    files.delete(path);
    const waiting = held.get(path);
    if (waiting === undefined) return;
    held.delete(path);
    dropped(waiting);
  };
  return {
    keep: (file) => {
      const there = files.get(file.path);
      if (there !== undefined) there.push(file);
      else {
        files.set(file.path, [file]);
        rememberParents(file.path);
      }
    },
    hold: (file) => {
      held.set(file.path, file);
      rememberParents(file.path);
    },
    replace: (path, directory) => {
      forget(path);
      if (directory || !parents.has(path)) return;
      for (const inside of [...files.keys(), ...held.keys()]) if (inside.startsWith(`${path}/`)) forget(inside);
    },
    at: (path) => files.get(path) ?? [],
    heldAt: (path) => held.get(path),
    allHeld: () => [...held.values()],
    all: () => [...files.values()].flat(),
  };
}
