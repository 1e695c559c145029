import { type JsonCursor, jsonElements, jsonMembers } from '#base/json/json-cursor.ts';
import { FACT_PREFIX, type Facts } from '#inventory/formats/package-facts.ts';
import {
  COMMENT_BYTES,
  collectFacts,
  type FactCollector,
  readListOfTexts,
  readText,
  SHORT_BYTES,
} from '#inventory/formats/read-parts.ts';
import type { SbomEntry } from '#inventory/formats/sbom-entry.ts';
import { factsFromComment } from './annotation.ts';

const TEXTS: ReadonlySet<string> = new Set([
  'SPDXID',
  'name',
  'versionInfo',
  'supplier',
  'summary',
  'sourceInfo',
  'licenseDeclared',
  'licenseConcluded',
  'primaryPackagePurpose',
]);
const REFERENCE: ReadonlySet<string> = new Set(['referenceType', 'referenceLocator']);
const COMMENT: ReadonlySet<string> = new Set(['comment']);

/** What is read of an SPDX package. */
export interface SpdxPackage {
  readonly texts: ReadonlyMap<string, string>;
  readonly purl: string | undefined;
  readonly facts: Facts;
}

/** Trivy writes `Key: value` as attribution texts, and later as annotations; here as the properties of its CycloneDX. */
function addText(text: string | undefined, collector: FactCollector): void {
  if (text === undefined) return;
  const own = factsFromComment(text);
  for (const [name, values] of own ?? []) for (const value of values) collector.add(name, value);
  const match = own === undefined ? /^([A-Za-z]{1,40}): (.{1,1000})$/.exec(text) : null;
  if (match !== null) collector.add(`aquasecurity:trivy:${match[1]}`, match[2] ?? '');
}

export function readPackage(cursor: JsonCursor): SpdxPackage {
  const texts = new Map<string, string>();
  const collector = collectFacts();
  let purl: string | undefined;
  for (const member of jsonMembers(cursor)) {
    if (TEXTS.has(member)) {
      const text = readText(cursor);
      if (text !== undefined) texts.set(member, text);
    } else if (member === 'externalRefs') {
      for (const reference of readListOfTexts(cursor, REFERENCE)) {
        if (reference.get('referenceType') === 'purl') purl ??= reference.get('referenceLocator');
      }
    } else if (member === 'annotations') {
      for (const annotation of readListOfTexts(cursor, COMMENT, COMMENT_BYTES))
        addText(annotation.get('comment'), collector);
    } else if (member === 'attributionTexts') {
      for (const _ of jsonElements(cursor)) addText(readText(cursor, SHORT_BYTES), collector);
    }
  }
  const sourceInfo = texts.get('sourceInfo');
  if (sourceInfo !== undefined) collector.add('spdx:sourceInfo', sourceInfo);
  return { texts, purl, facts: collector.facts };
}

function stated(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== 'NOASSERTION' && text !== 'NONE';
}

/** `Organization: Name (address)` as package managers write it, `Name <address>`. */
function vendorOf(supplier: string): string {
  return supplier.replace(/^(?:Organization|Person): /, '').replace(/ \(([^()\s]*@[^()\s]*)\)$/, ' <$1>');
}

/** The package as an entry; Holdfast's own have more in their facts than in SPDX's fields. */
export function entryOf({ texts, purl, facts }: SpdxPackage): SbomEntry {
  const own = (name: string) => facts.get(FACT_PREFIX + name);
  const written = own('evidence') !== undefined;
  const licence = [texts.get('licenseDeclared'), texts.get('licenseConcluded')].find(stated);
  const supplier = texts.get('supplier');
  const vendor = stated(supplier) ? vendorOf(supplier) : undefined;
  return {
    name: texts.get('name') ?? '',
    group: '',
    version: texts.get('versionInfo') ?? '',
    purl,
    licences: written ? (own('licence') ?? []) : licence === undefined ? [] : [licence],
    vendor: written ? own('vendor')?.[0] : vendor,
    locations: own('location') ?? [],
    facts,
  };
}
