import type { Want } from '#base/tar/entry.ts';
import type { Problem } from '#core/errors.ts';
import type { LayerEntry } from '#image/entry.ts';

export type { ReadAt, Want } from '#base/tar/entry.ts';

/** Is shown every entry of a layer, in the layer's own order, and says what it wants of each. */
export interface LayerVisitor {
  entry(entry: LayerEntry): Want | undefined;
  /** The layer deletes this path of the layers below. */
  whiteout(path: string): void;
  /** The layer hides all that the layers below have in this directory. */
  opaque(directory: string): void;
  problem(problem: Problem): void;
}
