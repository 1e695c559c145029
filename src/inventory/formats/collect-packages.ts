import type { Problem } from '#core/errors.ts';
import { type PlacedPackage, packageOfEntry } from '#inventory/formats/package-of-entry.ts';
import type { SbomEntry } from '#inventory/formats/sbom-entry.ts';
import type { Package } from '#inventory/package.ts';

/** Together these keep what is held in memory below twice the largest document. */
const MAX_PACKAGES = 100_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;
const MAX_LOCATIONS = 1000;
const MAX_DISTRIBUTIONS = 1000;

/** Takes entries as they are read and keeps the packages; what can be none is counted. */
export interface PackageCollector {
  add(entry: SbomEntry): void;
  packages(): readonly PlacedPackage[];
  /** The distribution and release that most package URLs name. */
  distribution(): string | undefined;
  problems(): readonly Problem[];
}

function count(what: number, one: string, many: string): string {
  return what === 1 ? `One package ${one}` : `${what} packages ${many}`;
}

function textLength({ name, version, purl, licences, locations, vendor, layer }: Package): number {
  const lists = [...licences, ...locations].reduce((sum, text) => sum + text.length, 0);
  return name.length + version.length + purl.length + lists + (vendor?.length ?? 0) + (layer?.instruction?.length ?? 0);
}

/** Packages of other tools that differ only in their place become one, with at most 1,000 places. */
export function collectPackages(): PackageCollector {
  /** By what makes other tools' entries the same package: they list it once for each place it was found in. */
  const same = new Map<string, number>();
  const packages: PlacedPackage[] = [];
  const distributions = new Map<string, number>();
  let over = 0;
  let characters = 0;
  let unplaced = 0;
  let unversioned = 0;

  const merge = (placed: PlacedPackage): boolean => {
    const { purl, version, source } = placed.package;
    const key = [purl, version, source?.name, source?.version, placed.layer?.diffId].join('\0');
    const index = same.get(key);
    const known = index === undefined ? undefined : packages[index];
    if (index === undefined || known === undefined) {
      same.set(key, packages.length);
      return false;
    }
    if (known.package.locations.length >= MAX_LOCATIONS) return true;
    characters += placed.package.locations.reduce((sum, location) => sum + location.length, 0);
    const locations = [...new Set([...known.package.locations, ...placed.package.locations])].sort();
    packages[index] = { ...known, package: { ...known.package, locations } };
    return true;
  };

  return {
    add(entry) {
      if (packages.length >= MAX_PACKAGES || characters >= MAX_CHARACTERS) {
        over += 1;
        return;
      }
      const placed = packageOfEntry(entry);
      if (placed === undefined) {
        unplaced += 1;
        return;
      }
      if (!placed.own && placed.package.version === '') unversioned += 1;
      const { distribution } = placed;
      if (distribution !== undefined && (distributions.size < MAX_DISTRIBUTIONS || distributions.has(distribution))) {
        distributions.set(distribution, (distributions.get(distribution) ?? 0) + 1);
      }
      if (!placed.own && merge(placed)) return;
      characters += textLength(placed.package);
      packages.push(placed);
    },
    packages: () => packages,
    distribution: () => [...distributions].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0],
    problems: () => [
      ...(unplaced === 0
        ? []
        : [
            {
              code: 'SBOM_NO_PURL',
              message: `${count(unplaced, 'has', 'have')} no package URL that can be understood, and ${unplaced === 1 ? 'is' : 'are'} not listed`,
              hint: 'Without a package URL nothing tells which advisories are about a package.',
            },
          ]),
      ...(unversioned === 0
        ? []
        : [
            {
              code: 'SBOM_NO_VERSION',
              message: `${count(unversioned, 'has', 'have')} no version, and cannot be compared with any advisory`,
            },
          ]),
      ...(over === 0
        ? []
        : [{ code: 'SBOM_LIMIT', message: `${over} packages beyond the first ${packages.length} were not read` }]),
    ],
  };
}
