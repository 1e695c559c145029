import { isDigest } from '#core/digest.ts';
import { type Purl, parsePurl } from '#core/purl.ts';
import type { LayerIdentity } from '#image/image.ts';
import { distributionOf } from '#inventory/formats/distribution.ts';
import { entryName, entryVersion, SYSTEM_TYPES } from '#inventory/formats/entry-name.ts';
import { entrySource } from '#inventory/formats/entry-source.ts';
import { type Facts, packageFromFacts } from '#inventory/formats/package-facts.ts';
import type { SbomEntry } from '#inventory/formats/sbom-entry.ts';
import type { Package } from '#inventory/package.ts';

const TRIVY = 'aquasecurity:trivy:';
const SYFT_PATH = /^syft:location:\d{1,6}:path$/;
const PURL = /^[^\s\p{Cc}]+$/u;

/** A package, and the layer that another tool names without saying which of the image's it is. */
export interface PlacedPackage {
  readonly package: Package;
  readonly layer?: LayerIdentity;
  /** True when Holdfast wrote it: it is complete as it stands. */
  readonly own: boolean;
  /** Distribution and release that the package URL names. */
  readonly distribution?: string;
}

function locationsOf(entry: SbomEntry): readonly string[] {
  const syft = [...entry.facts].flatMap(([name, values]) => (SYFT_PATH.test(name) ? values : []));
  const all = [...entry.locations, ...(entry.facts.get(`${TRIVY}FilePath`) ?? []), ...syft];
  return [...new Set(all.map((path) => path.replace(/^\/+/, '')))].sort();
}

function layerOf(facts: Facts): LayerIdentity | undefined {
  const digest = facts.get(`${TRIVY}LayerDigest`)?.[0];
  const diffId = facts.get(`${TRIVY}LayerDiffID`)?.[0] ?? facts.get('syft:location:0:layerID')?.[0];
  const layer = {
    ...(digest !== undefined && isDigest(digest) ? { digest } : {}),
    ...(diffId !== undefined && isDigest(diffId) ? { diffId } : {}),
  };
  return layer.digest === undefined && layer.diffId === undefined ? undefined : layer;
}

function foreignPackage(entry: SbomEntry, purl: Purl, text: string): Package {
  const version = entryVersion(entry, purl);
  const source = entrySource(entry.facts, purl, version);
  const architecture = SYSTEM_TYPES.has(purl.type) ? purl.qualifiers?.['arch'] : undefined;
  const modularity =
    entry.facts.get(`${TRIVY}Modularitylabel`)?.[0] ??
    entry.facts.get('syft:metadata:modularityLabel')?.[0] ??
    purl.qualifiers?.['rpmmod'];
  return {
    type: purl.type,
    name: entryName(entry, purl),
    version,
    purl: text,
    licences: entry.licences,
    locations: locationsOf(entry),
    evidence: version === '' || version === '(devel)' ? 'unreliable' : 'installed',
    ...(entry.vendor ? { vendor: entry.vendor } : {}),
    ...(source === undefined ? {} : { source }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(modularity ? { modularity } : {}),
  };
}

/** The package that an entry stands for; undefined without a package URL that can be understood. */
export function packageOfEntry(entry: SbomEntry): PlacedPackage | undefined {
  const text = entry.purl;
  const purl = text === undefined || !PURL.test(text) ? undefined : parsePurl(text);
  if (text === undefined || purl === undefined) return undefined;
  const own = packageFromFacts(entry.facts);
  const distribution = distributionOf(purl);
  const placed = distribution === undefined ? {} : { distribution };
  if (own === undefined) {
    const layer = layerOf(entry.facts);
    const found = foreignPackage(entry, purl, text);
    return { ...placed, package: found, own: false, ...(layer === undefined ? {} : { layer }) };
  }
  const { name, version, licences, locations, vendor } = entry;
  const stated = { type: purl.type, name, version, purl: text, licences, locations };
  return { ...placed, package: { ...own, ...stated, ...(vendor === undefined ? {} : { vendor }) }, own: true };
}
