import type { Problem } from '#core/errors.ts';
import type { Item } from '#inventory/package.ts';

/** A file that catalogers read, and what they found in it. */
export interface CatalogedFile {
  readonly path: string;
  readonly cataloger: string;
  readonly items: readonly Item[];
}

/** Everything that is kept of one layer. It depends on the layer's bytes and the catalogers alone, so it can be cached. */
export interface LayerInventory {
  /** In the layer's order. A file that appears twice counts as it was last. */
  readonly files: readonly CatalogedFile[];
  readonly whiteouts: readonly string[];
  readonly opaques: readonly string[];
  /** All entries (see image/file-table.ts). */
  readonly table: Buffer;
  readonly entries: number;
  readonly problems: readonly Problem[];
}
