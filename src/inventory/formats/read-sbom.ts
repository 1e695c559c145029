import { type JsonCursor, jsonMembers, jsonString, openJson } from '#base/json/json-cursor.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { readCycloneDx } from '#inventory/formats/cyclonedx/read.ts';
import { releaseOfDistribution, releaseOfEntry } from '#inventory/formats/distribution.ts';
import { baseFromFacts, osFromFacts, problemsFromFacts } from '#inventory/formats/document-facts.ts';
import type { PlacedPackage } from '#inventory/formats/package-of-entry.ts';
import type { SbomDocument } from '#inventory/formats/sbom-document.ts';
import type { SbomAbout } from '#inventory/formats/sbom-entry.ts';
import { readSpdx } from '#inventory/formats/spdx/read.ts';
import { isThirdParty } from '#inventory/merge/third-party.ts';
import type { BaseImage, Inventory, OsRelease, Package } from '#inventory/package.ts';

const SIZE_LIMIT_BYTES = 256 * 1024 * 1024;
const MAX_DEPTH = 200;

/** What an SBOM says is inside. */
export interface Sbom {
  readonly about: SbomAbout;
  readonly os?: OsRelease;
  /** Branches of the package repositories; only Holdfast's own SBOMs have them. */
  readonly repositories: readonly string[];
  /** Sorted as an inventory's are. */
  readonly packages: readonly Package[];
  /** Only in Holdfast's own SBOMs. */
  readonly base?: BaseImage;
  readonly problems: readonly Problem[];
}

type Format = {
  readonly read: (cursor: JsonCursor) => SbomDocument;
  readonly versions: RegExp;
  readonly known: string;
};

const CYCLONEDX: Format = { read: readCycloneDx, versions: /^1\.[2-7]$/, known: '1.2 to 1.7' };
const SPDX: Format = { read: readSpdx, versions: /^2\.[23]$/, known: '2.2 and 2.3' };

function unknownFormat(what: string): HoldfastError {
  return new HoldfastError('SBOM_UNKNOWN_FORMAT', `${what} is no SBOM that can be read`, {
    hint: 'CycloneDX 1.2 to 1.7 and SPDX 2.2 and 2.3 are read, both in JSON.',
  });
}

/** Tells the format by the members that both specifications require at the top. */
function formatOf(bytes: Buffer): Format {
  const cursor = openJson(bytes, MAX_DEPTH);
  for (const name of jsonMembers(cursor)) {
    if (name === 'bomFormat') {
      if (jsonString(cursor, 1024) === 'CycloneDX') return CYCLONEDX;
      break;
    }
    if (name === 'spdxVersion') return SPDX;
  }
  const start = bytes.subarray(0, 64).toString('latin1');
  throw unknownFormat(/^\s*</.test(start) ? 'An XML document' : 'The document');
}

function systemOf(document: SbomDocument): Pick<Inventory, 'os' | 'repositories'> {
  for (const { facts } of document.systems) {
    const own = osFromFacts(facts);
    if (own !== undefined) return own;
  }
  const named = document.systems.map(releaseOfEntry).find((release) => release !== undefined);
  const distribution = document.collector.distribution();
  const os = named ?? (distribution === undefined ? undefined : releaseOfDistribution(distribution));
  return os === undefined ? { repositories: [] } : { os, repositories: [] };
}

/** Puts a package in the layer that another tool names, where it also lists the image's layers, and says whose it is. */
function finish(placed: PlacedPackage, os: OsRelease | undefined, document: SbomDocument): Package {
  if (placed.own) return placed.package;
  const { type, version, vendor, licences } = placed.package;
  const diffId = placed.layer?.diffId;
  const index = diffId === undefined ? -1 : (document.subject.get('aquasecurity:trivy:DiffID') ?? []).indexOf(diffId);
  const publisher = vendor === undefined ? {} : { vendor };
  const foreign = (type === 'deb' || type === 'rpm') && isThirdParty({ type, version, ...publisher }, os);
  return {
    ...placed.package,
    licences: licences.map((licence) => document.licenceNames.get(licence) || licence),
    ...(index < 0 ? {} : { layer: { index, ...placed.layer } }),
    ...(foreign ? { thirdParty: true as const } : {}),
  };
}

function compare(a: Package, b: Package): number {
  const keys = (one: Package) => [one.type, one.name, one.version, one.purl, one.locations[0] ?? ''];
  const others = keys(b);
  for (const [index, key] of keys(a).entries()) {
    const other = others[index] ?? '';
    if (key !== other) return key < other ? -1 : 1;
  }
  return 0;
}

function readDocument(bytes: Buffer): SbomDocument {
  if (bytes.length > SIZE_LIMIT_BYTES) {
    throw new HoldfastError('SBOM_INVALID', `An SBOM of ${bytes.length} bytes is larger than ${SIZE_LIMIT_BYTES}`, {
      hint: 'Split it, or scan the image itself.',
    });
  }
  try {
    const format = formatOf(bytes);
    const document = format.read(openJson(bytes, MAX_DEPTH));
    const { specVersion } = document.about;
    if (format.versions.test(specVersion)) return document;
    throw unknownFormat(`${document.about.format === 'spdx' ? 'SPDX' : 'CycloneDX'} ${JSON.stringify(specVersion)}`);
  } catch (error) {
    if (!(error instanceof HoldfastError) || !error.code.startsWith('JSON_')) throw error;
    throw new HoldfastError('SBOM_INVALID', `The SBOM cannot be read: ${error.message}`, {
      hint: 'It is damaged or was cut off; make it again with the tool that wrote it.',
      cause: error,
    });
  }
}

/**
 * Reads a CycloneDX (1.2 to 1.7) or SPDX (2.2, 2.3) document in JSON: Holdfast's own, and those of other tools, whose
 * source packages, layers and distribution are taken from the properties and qualifiers that Trivy and Syft write.
 * Packages without a package URL are counted as a problem. References between components are not followed.
 * @throws `SBOM_UNKNOWN_FORMAT`, `SBOM_INVALID` for over 256 MiB, broken JSON or nesting over 200 levels
 */
export function readSbom(bytes: Buffer): Sbom {
  const document = readDocument(bytes);
  const { os, repositories } = systemOf(document);
  const base = baseFromFacts(document.subject);
  return {
    about: document.about,
    ...(os === undefined ? {} : { os }),
    repositories,
    packages: document.collector
      .packages()
      .map((placed) => finish(placed, os, document))
      .sort(compare),
    ...(base === undefined ? {} : { base }),
    problems: [...problemsFromFacts(document.subject), ...document.collector.problems()],
  };
}
