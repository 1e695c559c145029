import { OWN_BYTES } from '#base/tar/entry.ts';
import type { LayerVisitor } from '#image/layer-visitor.ts';
import type { ImageFile } from '#inventory/cataloger.ts';
import type { MemoryBudget } from '#inventory/memory-budget.ts';

/** Looks for the targets of hard links when a layer is read once more. */
export interface LinkTargets extends LayerVisitor {
  /** To be called when it was read, or could not be. */
  release(): void;
}

/**
 * Gives each of the links the file that it leads to, as it stands where the link comes: a package file may be the second
 * name of one that nobody would have read, as where packages are linked out of a store.
 * @param links path to target
 * @param found the bytes are valid during the call only; of several entries of a path the last counts
 */
export function linkTargets(
  links: ReadonlyMap<string, string>,
  limitBytes: number,
  held: MemoryBudget,
  found: (file: ImageFile) => void,
): LinkTargets {
  const targets = new Set(links.values());
  const contents = new Map<string, { readonly bytes: Buffer; readonly mode: number }>();
  let taken = 0;
  const room = (sizeBytes: number) => {
    const free = sizeBytes <= limitBytes && held.take(sizeBytes);
    if (free) taken += sizeBytes;
    return free;
  };
  return {
    // What is wrong with the layer was said when it was read first.
    problem: () => undefined,
    whiteout: () => undefined,
    opaque: () => undefined,
    entry: ({ path, type, mode, sizeBytes, linkTarget = '' }) => {
      const content = contents.get(linkTarget);
      if (type === 'hardlink' && links.get(path) === linkTarget && content !== undefined) found({ path, ...content });
      if (!targets.has(path)) return undefined;
      contents.delete(path);
      if (type !== 'file' || !room(sizeBytes)) return undefined;
      return {
        kind: 'whole',
        limitBytes,
        tooLarge: () => undefined,
        done: (bytes) => {
          contents.set(path, { mode, bytes: bytes.length > OWN_BYTES ? bytes : Buffer.from(bytes) });
        },
      };
    },
    release: () => {
      held.giveBack(taken);
      taken = 0;
    },
  };
}
