import type { ImageDescription } from '#image/image.ts';
import type { Inventory } from '#inventory/package.ts';

/** What an SBOM is written from. */
export interface SbomInput {
  readonly description: ImageDescription;
  readonly inventory: Inventory;
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly createdAt: string;
}
