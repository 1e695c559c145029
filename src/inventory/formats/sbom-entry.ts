import type { Facts } from '#inventory/formats/package-facts.ts';

/** One package as an SBOM has it, in the words of either format. */
export interface SbomEntry {
  /** Empty where the document gives none. */
  readonly name: string;
  /** CycloneDX's group: an npm scope, a Maven group. */
  readonly group: string;
  readonly version: string;
  readonly purl: string | undefined;
  readonly licences: readonly string[];
  readonly vendor: string | undefined;
  readonly locations: readonly string[];
  /** Properties by their whole names, of whatever tool wrote them. */
  readonly facts: Facts;
}

/** An operating system as an SBOM names it. */
export interface OsEntry {
  readonly name: string;
  readonly version: string;
  readonly title: string;
  readonly facts: Facts;
}

/** What a document says of itself. */
export interface SbomAbout {
  readonly format: 'cyclonedx' | 'spdx';
  /** For example `1.6` or `2.3`. */
  readonly specVersion: string;
  /** What the document is about, as its writer called it. */
  readonly subject?: string;
  readonly tools: readonly string[];
  /** As written. */
  readonly createdAt?: string;
}
