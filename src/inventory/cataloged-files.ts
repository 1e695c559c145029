import type { Cataloger, ImageFile } from '#inventory/cataloger.ts';
import type { CatalogedFile } from '#inventory/layer-inventory.ts';
import { placedEntries } from '#inventory/placed-entries.ts';

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
  heldBytes(): number;
}

interface Placed<T> {
  readonly value: T;
  readonly number: number;
}

export function catalogedFiles(dropped: (file: HeldFile) => void): CatalogedFiles {
  const files = new Map<string, Placed<CatalogedFile[]>>();
  const held = new Map<string, Placed<HeldFile>>();
  const places = placedEntries();
  let number = 0;
  const standing = <T>(placed: Placed<T> | undefined, path: string): T | undefined =>
    placed !== undefined && places.stands(path, placed.number) ? placed.value : undefined;
  const put = <T>(into: Map<string, Placed<T>>, path: string, value: T) => {
    into.set(path, { value, number });
    places.remember(path);
  };
  return {
    keep: (file) => {
      const there = files.get(file.path);
      if (there === undefined) put(files, file.path, [file]);
      else there.value.push(file);
    },
    hold: (file) => put(held, file.path, file),
    replace: (path, directory) => {
      number = places.place(path, directory);
      files.delete(path);
      const waiting = held.get(path);
      if (waiting === undefined) return;
      held.delete(path);
      dropped(waiting.value);
    },
    at: (path) => standing(files.get(path), path) ?? [],
    heldAt: (path) => standing(held.get(path), path),
    allHeld: () => [...held].flatMap(([path, placed]) => standing(placed, path) ?? []),
    all: () => [...files].flatMap(([path, placed]) => standing(placed, path) ?? []),
    heldBytes: () => [...held.values()].reduce((sum, { value }) => sum + value.heldBytes, 0),
  };
}
