import { endJson, type JsonCursor, jsonElements, jsonMembers, jsonString, jsonValue } from '#base/json/json-cursor.ts';
import { collectPackages, type PackageCollector } from '#inventory/formats/collect-packages.ts';
import { listField, textField } from '#inventory/formats/json-fields.ts';
import type { Facts } from '#inventory/formats/package-facts.ts';
import type { SbomDocument } from '#inventory/formats/sbom-document.ts';
import type { OsEntry, SbomEntry } from '#inventory/formats/sbom-entry.ts';

const VALUE_LIMIT_BYTES = 16 * 1024 * 1024;
/** Members of a component that say what it is; all others, however large, are passed over. */
const WANTED = new Set([
  'type',
  'name',
  'group',
  'version',
  'purl',
  'publisher',
  'supplier',
  'description',
  'licenses',
]);
const WANTED_OBJECTS = new Set(['properties', 'evidence']);
/** Kinds of components that are packages even where they have no package URL. */
const PACKAGE_KINDS = new Set(['library', 'framework']);

type Component = ReadonlyMap<string, unknown>;

interface Reading {
  readonly collector: PackageCollector;
  readonly systems: OsEntry[];
}

function factsOf(component: Component): Facts {
  const facts = new Map<string, string[]>();
  for (const property of listOf(component, 'properties')) {
    const name = textField(property, 'name');
    const value = textField(property, 'value');
    if (name === undefined || value === undefined) continue;
    const known = facts.get(name);
    if (known === undefined) facts.set(name, [value]);
    else known.push(value);
  }
  return facts;
}

function listOf(component: Component, name: string): readonly unknown[] {
  const value = component.get(name);
  return Array.isArray(value) ? value : [];
}

function textOf(component: Component, name: string): string {
  const value = component.get(name);
  return typeof value === 'string' ? value : '';
}

function licences(component: Component): readonly string[] {
  return listOf(component, 'licenses').flatMap((choice) => {
    const named = Object(choice) as { readonly license?: unknown };
    const text = textField(choice, 'expression') ?? textField(named.license, 'id') ?? textField(named.license, 'name');
    return text === undefined ? [] : [text];
  });
}

function entryOf(component: Component, facts: Facts): SbomEntry {
  const publisher = component.get('publisher');
  return {
    name: textOf(component, 'name'),
    group: textOf(component, 'group'),
    version: textOf(component, 'version'),
    purl: textOf(component, 'purl') || undefined,
    licences: licences(component),
    vendor: typeof publisher === 'string' ? publisher : textField(component.get('supplier'), 'name'),
    locations: listField(component.get('evidence'), 'occurrences').flatMap(
      (occurrence) => textField(occurrence, 'location') ?? [],
    ),
    facts,
  };
}

/** Reads one component and those nested in it. Returns what it says, for the component that the document is about. */
function readComponent(cursor: JsonCursor, reading: Reading): Component {
  const component = new Map<string, unknown>();
  for (const name of jsonMembers(cursor)) {
    if (WANTED.has(name) || WANTED_OBJECTS.has(name)) component.set(name, jsonValue(cursor, VALUE_LIMIT_BYTES));
    else if (name === 'components') readComponents(cursor, reading);
  }
  return component;
}

function addSystem(component: Component, reading: Reading): void {
  reading.systems.push({
    name: textOf(component, 'name'),
    version: textOf(component, 'version'),
    title: textOf(component, 'description'),
    facts: factsOf(component),
  });
}

function readComponents(cursor: JsonCursor, reading: Reading): void {
  for (const _ of jsonElements(cursor)) {
    const component = readComponent(cursor, reading);
    const kind = textOf(component, 'type');
    if (kind === 'operating-system') addSystem(component, reading);
    else if (component.has('purl') || PACKAGE_KINDS.has(kind)) {
      reading.collector.add(entryOf(component, factsOf(component)));
    }
  }
}

function toolNames(tools: unknown): readonly string[] {
  const list = Array.isArray(tools) ? (tools as readonly unknown[]) : listField(tools, 'components');
  return list.flatMap((tool) => {
    const name = textField(tool, 'name');
    const version = textField(tool, 'version');
    return name === undefined ? [] : [version === undefined ? name : `${name} ${version}`];
  });
}

interface Metadata {
  subject: Component;
  tools: readonly string[];
  createdAt: string | undefined;
}

function readMetadata(cursor: JsonCursor, reading: Reading): Metadata {
  const metadata: Metadata = { subject: new Map(), tools: [], createdAt: undefined };
  for (const name of jsonMembers(cursor)) {
    if (name === 'timestamp') metadata.createdAt = jsonString(cursor, VALUE_LIMIT_BYTES);
    else if (name === 'tools') metadata.tools = toolNames(jsonValue(cursor, VALUE_LIMIT_BYTES));
    else if (name === 'component') metadata.subject = readComponent(cursor, reading);
  }
  if (textOf(metadata.subject, 'type') === 'operating-system') addSystem(metadata.subject, reading);
  return metadata;
}

/** Reads a CycloneDX document in JSON, versions 1.2 to 1.7, component by component. @throws what the JSON cursor throws */
export function readCycloneDx(cursor: JsonCursor): SbomDocument {
  const reading: Reading = { collector: collectPackages(), systems: [] };
  let specVersion = '';
  let metadata: Metadata = { subject: new Map(), tools: [], createdAt: undefined };
  for (const name of jsonMembers(cursor)) {
    if (name === 'specVersion') specVersion = jsonString(cursor, VALUE_LIMIT_BYTES) ?? '';
    else if (name === 'metadata') metadata = readMetadata(cursor, reading);
    else if (name === 'components') readComponents(cursor, reading);
  }
  endJson(cursor);
  const { subject, tools, createdAt } = metadata;
  const name = textOf(subject, 'name');
  return {
    about: {
      format: 'cyclonedx',
      specVersion,
      tools,
      ...(name === '' ? {} : { subject: name }),
      ...(createdAt === undefined ? {} : { createdAt }),
    },
    collector: reading.collector,
    systems: reading.systems,
    subject: factsOf(subject),
    licenceNames: new Map(),
  };
}
