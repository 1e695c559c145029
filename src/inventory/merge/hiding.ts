import { parentOf } from '#inventory/parent-path.ts';

/** What layers above hide of the layers below (OCI layer, "Applying Changesets"). */
export interface Hiding {
  /** Deleted, with all that is inside. */
  readonly deleted: Set<string>;
  /** No directory (any more): nothing can be inside. */
  readonly covered: Set<string>;
  /** Directories whose content from below is hidden. */
  readonly opaque: Set<string>;
  hides(path: string): boolean;
}

export function hiding(): Hiding {
  const deleted = new Set<string>();
  const covered = new Set<string>();
  const opaque = new Set<string>();
  return {
    deleted,
    covered,
    opaque,
    hides: (path) => {
      if (deleted.has(path) || opaque.has('')) return true;
      for (let at = parentOf(path); at !== ''; at = parentOf(at)) {
        if (deleted.has(at) || covered.has(at) || opaque.has(at)) return true;
      }
      return false;
    },
  };
}
