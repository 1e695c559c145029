import { endJson, type JsonCursor, jsonElements, jsonMembers, jsonString, jsonValue } from '#base/json/json-cursor.ts';
import { collectPackages, type PackageCollector } from '#inventory/formats/collect-packages.ts';
import { listField, textField } from '#inventory/formats/json-fields.ts';
import { FACT_PREFIX, type Facts } from '#inventory/formats/package-facts.ts';
import type { SbomDocument } from '#inventory/formats/sbom-document.ts';
import type { OsEntry } from '#inventory/formats/sbom-entry.ts';
import { factsFromComment } from './annotation.ts';

const VALUE_LIMIT_BYTES = 16 * 1024 * 1024;
const MAX_WAITING = 1000;
const MAX_NAMED_LICENCES = 10_000;
const WANTED = new Set([
  'SPDXID',
  'name',
  'versionInfo',
  'supplier',
  'summary',
  'sourceInfo',
  'licenseDeclared',
  'licenseConcluded',
  'primaryPackagePurpose',
  'externalRefs',
  'annotations',
  'attributionTexts',
]);
/** Purposes of packages that stand for what contains others, or for a file, and need no package URL. */
const NO_PACKAGES = new Set(['CONTAINER', 'APPLICATION', 'SOURCE', 'FILE', 'ARCHIVE', 'DEVICE']);

type SpdxPackage = Readonly<Record<string, unknown>>;

interface Reading {
  readonly collector: PackageCollector;
  readonly systems: OsEntry[];
  /** SPDXIDs of what the document describes. */
  readonly described: Set<string>;
  /** Packages without a package URL: whether they are the subject may be known only later. */
  readonly waiting: SpdxPackage[];
}

/** Trivy writes `Key: value` as attribution texts, and later as annotations; here as the properties of its CycloneDX. */
function trivyFact(text: string): readonly [string, string] | undefined {
  const match = /^([A-Za-z]{1,40}): (.{1,1000})$/.exec(text);
  return match === null ? undefined : [`aquasecurity:trivy:${match[1]}`, match[2] ?? ''];
}

function factsOf(found: SpdxPackage): Facts {
  const facts = new Map<string, string[]>();
  const add = (name: string, values: readonly string[]) => facts.set(name, [...(facts.get(name) ?? []), ...values]);
  const comments = listField(found, 'annotations').map((annotation) => textField(annotation, 'comment'));
  for (const text of [...comments, ...listField(found, 'attributionTexts')]) {
    if (typeof text !== 'string') continue;
    const own = factsFromComment(text);
    for (const [name, values] of own ?? []) add(name, values);
    const trivy = own === undefined ? trivyFact(text) : undefined;
    if (trivy !== undefined) add(trivy[0], [trivy[1]]);
  }
  const sourceInfo = textField(found, 'sourceInfo');
  if (sourceInfo !== undefined) add('spdx:sourceInfo', [sourceInfo]);
  return facts;
}

function purlOf(found: SpdxPackage): string | undefined {
  const reference = listField(found, 'externalRefs').find((one) => textField(one, 'referenceType') === 'purl');
  return textField(reference, 'referenceLocator');
}

function stated(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== 'NOASSERTION' && text !== 'NONE';
}

/** `Organization: Name (address)` as package managers write it, `Name <address>`. */
function vendorOf(supplier: string): string {
  return supplier.replace(/^(?:Organization|Person): /, '').replace(/ \(([^()\s]*@[^()\s]*)\)$/, ' <$1>');
}

function addPackage(found: SpdxPackage, facts: Facts, purl: string | undefined, collector: PackageCollector): void {
  const own = (name: string) => facts.get(FACT_PREFIX + name);
  const written = own('evidence') !== undefined;
  const licence = [textField(found, 'licenseDeclared'), textField(found, 'licenseConcluded')].find(stated);
  const supplier = textField(found, 'supplier');
  const vendor = stated(supplier) ? vendorOf(supplier) : undefined;
  collector.add({
    name: textField(found, 'name') ?? '',
    group: '',
    version: textField(found, 'versionInfo') ?? '',
    purl,
    licences: written ? (own('licence') ?? []) : licence === undefined ? [] : [licence],
    vendor: written ? own('vendor')?.[0] : vendor,
    locations: own('location') ?? [],
    facts,
  });
}

function readPackage(cursor: JsonCursor, reading: Reading): void {
  const found: Record<string, unknown> = {};
  for (const name of jsonMembers(cursor)) if (WANTED.has(name)) found[name] = jsonValue(cursor, VALUE_LIMIT_BYTES);
  const facts = factsOf(found);
  const purl = purlOf(found);
  const purpose = (textField(found, 'primaryPackagePurpose') ?? '').replace('_', '-');
  if (purpose === 'OPERATING-SYSTEM' || facts.has(`${FACT_PREFIX}os:id`)) {
    const name = textField(found, 'name') ?? '';
    const title = textField(found, 'summary') ?? '';
    reading.systems.push({ name, version: textField(found, 'versionInfo') ?? '', title, facts });
  } else if ((purl !== undefined && !purl.startsWith('pkg:oci/')) || reading.waiting.length >= MAX_WAITING) {
    addPackage(found, facts, purl, reading.collector);
  } else reading.waiting.push(found);
}

function describe(id: string | undefined, reading: Reading): void {
  if (id !== undefined && reading.described.size < MAX_WAITING) reading.described.add(id);
}

function readDescribed(cursor: JsonCursor, reading: Reading): void {
  for (const _ of jsonElements(cursor)) {
    const relation = jsonValue(cursor, VALUE_LIMIT_BYTES);
    if (textField(relation, 'relationshipType') !== 'DESCRIBES') continue;
    describe(textField(relation, 'relatedSpdxElement'), reading);
  }
}

/** Packages without a URL are the subject, or what contains others; the rest count as packages that cannot be placed. */
function subjectOf(reading: Reading): SpdxPackage | undefined {
  let subject: SpdxPackage | undefined;
  for (const found of reading.waiting) {
    const id = textField(found, 'SPDXID') ?? '';
    const purpose = textField(found, 'primaryPackagePurpose') ?? '';
    if (reading.described.has(id)) subject ??= found;
    else if (!NO_PACKAGES.has(purpose)) addPackage(found, factsOf(found), purlOf(found), reading.collector);
  }
  return subject;
}

/** Reads an SPDX document in JSON, versions 2.2 and 2.3, package by package. @throws what the JSON cursor throws */
export function readSpdx(cursor: JsonCursor): SbomDocument {
  const reading: Reading = { collector: collectPackages(), systems: [], described: new Set(), waiting: [] };
  const named = new Map<string, string>();
  let specVersion = '';
  let name: string | undefined;
  let creation: unknown;
  for (const member of jsonMembers(cursor)) {
    if (member === 'spdxVersion') specVersion = (jsonString(cursor, VALUE_LIMIT_BYTES) ?? '').replace(/^SPDX-/, '');
    else if (member === 'name') name = jsonString(cursor, VALUE_LIMIT_BYTES);
    else if (member === 'creationInfo') creation = jsonValue(cursor, VALUE_LIMIT_BYTES);
    else if (member === 'relationships') readDescribed(cursor, reading);
    else if (member === 'documentDescribes') {
      for (const _ of jsonElements(cursor)) describe(jsonString(cursor, VALUE_LIMIT_BYTES), reading);
    } else if (member === 'packages') for (const _ of jsonElements(cursor)) readPackage(cursor, reading);
    else if (member === 'hasExtractedLicensingInfos') {
      for (const _ of jsonElements(cursor)) {
        const info = jsonValue(cursor, VALUE_LIMIT_BYTES);
        const id = textField(info, 'licenseId');
        const title = textField(info, 'name');
        if (id !== undefined && title !== undefined && named.size < MAX_NAMED_LICENCES) named.set(id, title);
      }
    }
  }
  endJson(cursor);
  const subject = subjectOf(reading);
  const createdAt = textField(creation, 'created');
  const creators = listField(creation, 'creators').filter((creator) => typeof creator === 'string');
  return {
    about: {
      format: 'spdx',
      specVersion,
      tools: creators.filter((text) => text.startsWith('Tool: ')).map((text) => text.slice('Tool: '.length)),
      ...(name === undefined ? {} : { subject: name }),
      ...(createdAt === undefined ? {} : { createdAt }),
    },
    collector: reading.collector,
    systems: reading.systems,
    subject: subject === undefined ? new Map() : factsOf(subject),
    licenceNames: named,
  };
}
