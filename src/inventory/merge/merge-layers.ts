import type { ImageDescription, ImageLayer } from '#image/image.ts';
import { coveredByInstalled, directoriesWithModules } from '#inventory/catalogers/npm-lock/covered-by-installed.ts';
import { pickOs } from '#inventory/catalogers/os-release/pick-os.ts';
import type { LayerInventory } from '#inventory/layer-inventory.ts';
import { baseImage } from '#inventory/merge/base-image.ts';
import { configuredUser } from '#inventory/merge/configured-user.ts';
import { ownersOf } from '#inventory/merge/owned-paths.ts';
import { packagePurl } from '#inventory/merge/package-purl.ts';
import { isThirdParty } from '#inventory/merge/third-party.ts';
import { type VisibleFile, visibleFiles } from '#inventory/merge/visible-files.ts';
import {
  type BaseImage,
  type FoundPackage,
  type Inventory,
  type OsRelease,
  type Package,
  SYSTEM_TYPES,
} from '#inventory/package.ts';

/** A package item of a visible file, before packages found in several files become one. */
interface Sighting {
  readonly found: FoundPackage;
  readonly path: string;
  readonly cataloger: string;
  readonly layer: number;
}

/**
 * Merges the layers' inventories into the image's: what is visible, whose it is, and which layer brought it.
 * Pure: the same layers give the same inventory, in the same order.
 * @param layers bottom first
 */
export function mergeLayers(
  description: Pick<ImageDescription, 'annotations' | 'config' | 'problems'>,
  layers: readonly ImageLayer<LayerInventory>[],
  catalogers: readonly string[],
): Inventory {
  const visible = visibleFiles(layers.map(({ result }) => result));
  const os = pickOs(osReleases(visible));
  const sightings = withoutCoveredLocks(visible.flatMap(sightingsOf));
  const base = baseImage(description);
  const user = configuredUser(description.config?.user, visible);
  const packages = assemble(sightings, visible, layers, os, base);
  return {
    ...(os === undefined ? {} : { os }),
    ...(user === undefined ? {} : { user }),
    repositories: [...new Set(visible.flatMap(branchesOf))].sort(),
    packages,
    base,
    problems: [...description.problems, ...layers.flatMap(({ result }) => result.problems)],
    catalogers,
  };
}

function osReleases(visible: readonly VisibleFile[]) {
  return visible.flatMap(({ path, versions }) =>
    (versions[0]?.file.items ?? []).flatMap((item) => (item.kind === 'os' ? [{ path, release: item.release }] : [])),
  );
}

function branchesOf({ versions }: VisibleFile): readonly string[] {
  return (versions[0]?.file.items ?? []).flatMap((item) => (item.kind === 'repositories' ? item.branches : []));
}

/** A file's packages, each with the layer since which every version of the file names it alike. */
function sightingsOf({ path, cataloger, versions }: VisibleFile): readonly Sighting[] {
  const [top, ...below] = versions;
  if (top === undefined) return [];
  const found = top.file.items.flatMap((item) => (item.kind === 'package' ? [item.package] : []));
  const since = found.map(() => top.layer);
  let open = found.map((_, index) => index);
  for (const { layer, file } of below) {
    if (open.length === 0) break;
    const there = new Set(file.items.flatMap((item) => (item.kind === 'package' ? [keyOf(item.package)] : [])));
    open = open.filter((index) => {
      const item = found[index];
      if (item === undefined || !there.has(keyOf(item))) return false;
      since[index] = layer;
      return true;
    });
  }
  return found.map((item, index) => ({ found: item, path, cataloger, layer: since[index] ?? top.layer }));
}

/** What makes two records of a file the same package. Built anew by someone else, it is another one of the same version. */
function keyOf({ type, name, version, architecture, source, vendor, modularity }: FoundPackage): string {
  return [type, name, version, architecture, source?.name, source?.version, vendor, modularity].join('\0');
}

/** What a lock file declares is left out where the packages were installed beside it: then those are the truth. */
function withoutCoveredLocks(sightings: readonly Sighting[]): readonly Sighting[] {
  const installed = sightings.filter(({ cataloger }) => cataloger === 'npm-installed').map(({ path }) => path);
  const directories = directoriesWithModules(installed);
  return sightings.filter(({ cataloger, path }) => cataloger !== 'npm-lock' || !coveredByInstalled(path, directories));
}

function assemble(
  sightings: readonly Sighting[],
  visible: readonly VisibleFile[],
  layers: readonly ImageLayer<LayerInventory>[],
  os: OsRelease | undefined,
  base: BaseImage,
): readonly Package[] {
  const licences = declaredLicences(visible);
  const language = new Set(sightings.filter(({ found }) => !SYSTEM_TYPES.has(found.type)).map(({ path }) => path));
  const owners = ownersOf(language, visible);
  const vouching = vouchingPackages(sightings, os);
  const merged = new Map<string, { package: Package; locations: Set<string> }>();
  for (const { found, path, layer } of sightings) {
    const owner = owners.get(path);
    const keeper = owner === undefined || SYSTEM_TYPES.has(found.type) ? undefined : vouching.get(owner);
    // What a later layer put in the place of a package's file is not the package's any more.
    const ownedBy = keeper !== undefined && layer <= keeper.layer ? keeper.purl : undefined;
    const purl = packagePurl(found, os);
    const key = [purl, layer, ownedBy ?? '', found.evidence].join('\0');
    const known = merged.get(key);
    if (known !== undefined) known.locations.add(path);
    else {
      const made = packageOf(found, purl, layer, layers, base, os, licences, ownedBy);
      merged.set(key, { package: made, locations: new Set([path]) });
    }
  }
  return [...merged.values()]
    .map(({ package: found, locations }) => ({ ...found, locations: [...locations].sort() }))
    .sort(comparePackages);
}

/** The distribution's own packages by name, each with the layer that brought it, the highest where there are several. */
function vouchingPackages(sightings: readonly Sighting[], os: OsRelease | undefined) {
  const packages = new Map<string, { readonly purl: string; readonly layer: number }>();
  for (const { found, layer } of sightings) {
    if (!SYSTEM_TYPES.has(found.type) || isThirdParty(found, os)) continue;
    const known = packages.get(found.name);
    if (known === undefined || known.layer < layer) packages.set(found.name, { purl: packagePurl(found, os), layer });
  }
  return packages;
}

function packageOf(
  found: FoundPackage,
  purl: string,
  index: number,
  layers: readonly ImageLayer<LayerInventory>[],
  base: BaseImage,
  os: OsRelease | undefined,
  licences: ReadonlyMap<string, readonly string[]>,
  ownedBy: string | undefined,
): Package {
  const { qualifiers: _, ...rest } = found;
  const layer = layers[index];
  const declared =
    found.licences.length > 0 ? found.licences : SYSTEM_TYPES.has(found.type) ? (licences.get(found.name) ?? []) : [];
  return {
    ...rest,
    licences: declared,
    purl,
    locations: [],
    ...(layer === undefined
      ? {}
      : {
          layer: {
            index,
            ...(layer.digest === undefined ? {} : { digest: layer.digest }),
            ...(layer.diffId === undefined ? {} : { diffId: layer.diffId }),
            ...(layer.instruction === undefined ? {} : { instruction: layer.instruction }),
          },
        }),
    ...(base.layers > 0 ? { owner: index < base.layers ? ('base' as const) : ('app' as const) } : {}),
    ...(ownedBy === undefined ? {} : { ownedBy }),
    ...(isThirdParty(found, os) ? { thirdParty: true as const } : {}),
  };
}

function declaredLicences(visible: readonly VisibleFile[]): ReadonlyMap<string, readonly string[]> {
  const licences = new Map<string, readonly string[]>();
  for (const { versions } of visible) {
    for (const item of versions[0]?.file.items ?? [])
      if (item.kind === 'licences') licences.set(item.package, item.licences);
  }
  return licences;
}

function comparePackages(a: Package, b: Package): number {
  return (
    order(a.type, b.type) ||
    order(a.name, b.name) ||
    order(a.version, b.version) ||
    order(a.purl, b.purl) ||
    order(a.locations[0] ?? '', b.locations[0] ?? '')
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
