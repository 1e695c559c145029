import type { PackageCollector } from '#inventory/formats/collect-packages.ts';
import type { Facts } from '#inventory/formats/package-facts.ts';
import type { OsEntry, SbomAbout } from '#inventory/formats/sbom-entry.ts';

/** A document that was read, before its entries are made sense of. */
export interface SbomDocument {
  readonly about: SbomAbout;
  readonly collector: PackageCollector;
  readonly systems: readonly OsEntry[];
  /** Facts of the subject. */
  readonly subject: Facts;
  /** Names of licences that packages refer to (SPDX, `LicenseRef-…`). */
  readonly licenceNames: ReadonlyMap<string, string>;
}
