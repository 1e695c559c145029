import { endJson, type JsonCursor, jsonElements, jsonMembers } from '#base/json/json-cursor.ts';
import { collectPackages, type PackageCollector } from '#inventory/formats/collect-packages.ts';
import { FACT_PREFIX } from '#inventory/formats/package-facts.ts';
import { readListOfTexts, readText } from '#inventory/formats/read-parts.ts';
import type { SbomDocument } from '#inventory/formats/sbom-document.ts';
import type { OsEntry } from '#inventory/formats/sbom-entry.ts';
import { entryOf, readPackage, type SpdxPackage } from './read-package.ts';

const MAX_WAITING = 1000;
const MAX_SYSTEMS = 100;
const MAX_TOOLS = 100;
const MAX_NAMED_LICENCES = 10_000;
const RELATIONSHIP: ReadonlySet<string> = new Set(['relationshipType', 'relatedSpdxElement']);
const NAMED_LICENCE: ReadonlySet<string> = new Set(['licenseId', 'name']);
/** Purposes of packages that stand for what contains others, or for a file, and need no package URL. */
const NO_PACKAGES: ReadonlySet<string> = new Set(['CONTAINER', 'APPLICATION', 'SOURCE', 'FILE', 'ARCHIVE', 'DEVICE']);

interface Reading {
  readonly collector: PackageCollector;
  readonly systems: OsEntry[];
  /** SPDXIDs of what the document describes. */
  readonly described: Set<string>;
  /** Packages without a package URL: whether they are the subject may be known only later. */
  readonly waiting: SpdxPackage[];
  readonly licenceNames: Map<string, string>;
  readonly tools: string[];
  createdAt: string | undefined;
}

function addPackage(found: SpdxPackage, reading: Reading): void {
  const { texts, purl, facts } = found;
  const purpose = (texts.get('primaryPackagePurpose') ?? '').replace('_', '-');
  if (purpose === 'OPERATING-SYSTEM' || facts.has(`${FACT_PREFIX}os:id`)) {
    if (reading.systems.length >= MAX_SYSTEMS) return;
    const title = texts.get('summary') ?? '';
    reading.systems.push({ name: texts.get('name') ?? '', version: texts.get('versionInfo') ?? '', title, facts });
  } else if ((purl === undefined || purl.startsWith('pkg:oci/')) && reading.waiting.length < MAX_WAITING) {
    reading.waiting.push(found);
  } else reading.collector.add(entryOf(found));
}

function describe(id: string | undefined, reading: Reading): void {
  if (id !== undefined && reading.described.size < MAX_WAITING) reading.described.add(id);
}

function readRelationships(cursor: JsonCursor, reading: Reading): void {
  for (const relation of readListOfTexts(cursor, RELATIONSHIP)) {
    if (relation.get('relationshipType') === 'DESCRIBES') describe(relation.get('relatedSpdxElement'), reading);
  }
}

function readLicenceNames(cursor: JsonCursor, { licenceNames }: Reading): void {
  for (const info of readListOfTexts(cursor, NAMED_LICENCE)) {
    const [id, name] = [info.get('licenseId'), info.get('name')];
    if (id !== undefined && name !== undefined && licenceNames.size < MAX_NAMED_LICENCES) licenceNames.set(id, name);
  }
}

function readCreation(cursor: JsonCursor, reading: Reading): void {
  for (const name of jsonMembers(cursor)) {
    if (name === 'created') reading.createdAt = readText(cursor);
    else if (name === 'creators') {
      for (const _ of jsonElements(cursor)) {
        const creator = readText(cursor);
        const isTool = creator?.startsWith('Tool: ') === true && reading.tools.length < MAX_TOOLS;
        if (isTool) reading.tools.push(creator.slice('Tool: '.length));
      }
    }
  }
}

/** Packages without a URL are the subject, or what contains others; the rest count as packages that cannot be placed. */
function subjectOf(reading: Reading): SpdxPackage | undefined {
  let subject: SpdxPackage | undefined;
  for (const found of reading.waiting) {
    if (reading.described.has(found.texts.get('SPDXID') ?? '')) subject ??= found;
    else if (!NO_PACKAGES.has(found.texts.get('primaryPackagePurpose') ?? '')) reading.collector.add(entryOf(found));
  }
  return subject;
}

/** Reads an SPDX document in JSON, package by package. @throws what the JSON cursor throws */
export function readSpdx(cursor: JsonCursor): SbomDocument {
  const reading: Reading = {
    collector: collectPackages(),
    systems: [],
    described: new Set(),
    waiting: [],
    licenceNames: new Map(),
    tools: [],
    createdAt: undefined,
  };
  let specVersion = '';
  let name: string | undefined;
  for (const member of jsonMembers(cursor)) {
    if (member === 'spdxVersion') specVersion = (readText(cursor) ?? '').replace(/^SPDX-/, '');
    else if (member === 'name') name = readText(cursor);
    else if (member === 'creationInfo') readCreation(cursor, reading);
    else if (member === 'relationships') readRelationships(cursor, reading);
    else if (member === 'hasExtractedLicensingInfos') readLicenceNames(cursor, reading);
    else if (member === 'documentDescribes') {
      for (const _ of jsonElements(cursor)) describe(readText(cursor), reading);
    } else if (member === 'packages') {
      for (const _ of jsonElements(cursor)) addPackage(readPackage(cursor), reading);
    }
  }
  endJson(cursor);
  const subject = subjectOf(reading);
  const { collector, systems, licenceNames, tools, createdAt } = reading;
  return {
    about: {
      format: 'spdx',
      specVersion,
      tools,
      ...(name === undefined ? {} : { subject: name }),
      ...(createdAt === undefined ? {} : { createdAt }),
    },
    collector,
    systems,
    subject: subject?.facts ?? new Map(),
    licenceNames,
  };
}
