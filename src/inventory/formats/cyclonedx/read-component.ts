import { type JsonCursor, jsonElements, jsonMembers } from '#base/json/json-cursor.ts';
import type { Facts } from '#inventory/formats/package-facts.ts';
import { collectFacts, readListOfTexts, readText, readTexts, SHORT_BYTES } from '#inventory/formats/read-parts.ts';

const TEXTS: ReadonlySet<string> = new Set(['type', 'name', 'group', 'version', 'purl', 'publisher', 'description']);
const NAME: ReadonlySet<string> = new Set(['name']);
const LICENCE: ReadonlySet<string> = new Set(['id', 'name']);
const LOCATION: ReadonlySet<string> = new Set(['location']);
const PROPERTY: ReadonlySet<string> = new Set(['name', 'value']);
const MAX_LICENCES = 1000;
const MAX_LOCATIONS = 10_000;

/** What is read of a CycloneDX component. */
export interface Component {
  readonly texts: ReadonlyMap<string, string>;
  readonly supplier: string | undefined;
  readonly licences: readonly string[];
  readonly locations: readonly string[];
  readonly facts: Facts;
}

function readLicences(cursor: JsonCursor, licences: string[]): void {
  for (const _ of jsonElements(cursor)) {
    let found: string | undefined;
    for (const name of jsonMembers(cursor)) {
      if (name === 'expression') found = readText(cursor, SHORT_BYTES);
      else if (name === 'license') {
        const texts = readTexts(cursor, LICENCE, SHORT_BYTES);
        found = texts.get('id') ?? texts.get('name');
      }
    }
    if (found !== undefined && licences.length < MAX_LICENCES) licences.push(found);
  }
}

function readLocations(cursor: JsonCursor, locations: string[]): void {
  for (const name of jsonMembers(cursor)) {
    if (name !== 'occurrences') continue;
    for (const texts of readListOfTexts(cursor, LOCATION, SHORT_BYTES)) {
      const location = texts.get('location');
      if (location !== undefined && locations.length < MAX_LOCATIONS) locations.push(location);
    }
  }
}

/** Reads one component. `nested` is called in front of the components inside it, which it may read. */
export function readComponent(cursor: JsonCursor, nested: () => void): Component {
  const texts = new Map<string, string>();
  const licences: string[] = [];
  const locations: string[] = [];
  const collector = collectFacts();
  let supplier: string | undefined;
  for (const member of jsonMembers(cursor)) {
    if (TEXTS.has(member)) {
      const text = readText(cursor);
      if (text !== undefined) texts.set(member, text);
    } else if (member === 'supplier') supplier = readTexts(cursor, NAME).get('name');
    else if (member === 'licenses') readLicences(cursor, licences);
    else if (member === 'evidence') readLocations(cursor, locations);
    else if (member === 'components') nested();
    else if (member === 'properties') {
      for (const property of readListOfTexts(cursor, PROPERTY)) {
        const [name, value] = [property.get('name'), property.get('value')];
        if (name !== undefined && value !== undefined) collector.add(name, value);
      }
    }
  }
  return { texts, supplier, licences, locations, facts: collector.facts };
}
