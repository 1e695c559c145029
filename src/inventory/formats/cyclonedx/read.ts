import { endJson, type JsonCursor, jsonElements, jsonKind, jsonMembers } from '#base/json/json-cursor.ts';
import { collectPackages, type PackageCollector } from '#inventory/formats/collect-packages.ts';
import { readListOfTexts, readText } from '#inventory/formats/read-parts.ts';
import type { SbomDocument } from '#inventory/formats/sbom-document.ts';
import type { OsEntry, SbomEntry } from '#inventory/formats/sbom-entry.ts';
import { type Component, readComponent } from './read-component.ts';

/** Kinds of components that are packages even where they have no package URL. */
const PACKAGE_KINDS: ReadonlySet<string> = new Set(['library', 'framework']);
const TOOL: ReadonlySet<string> = new Set(['name', 'version']);
const MAX_SYSTEMS = 100;
const MAX_TOOLS = 100;

interface Reading {
  readonly collector: PackageCollector;
  readonly systems: OsEntry[];
}

function entryOf({ texts, supplier, licences, locations, facts }: Component): SbomEntry {
  return {
    name: texts.get('name') ?? '',
    group: texts.get('group') ?? '',
    version: texts.get('version') ?? '',
    purl: texts.get('purl'),
    licences,
    vendor: texts.get('publisher') ?? supplier,
    locations,
    facts,
  };
}

function addSystem({ texts, facts }: Component, { systems }: Reading): void {
  const title = texts.get('description') ?? '';
  if (systems.length >= MAX_SYSTEMS) return;
  systems.push({ name: texts.get('name') ?? '', version: texts.get('version') ?? '', title, facts });
}

function readComponents(cursor: JsonCursor, reading: Reading): void {
  for (const _ of jsonElements(cursor)) {
    const component = readComponent(cursor, () => readComponents(cursor, reading));
    const kind = component.texts.get('type') ?? '';
    if (kind === 'operating-system') addSystem(component, reading);
    else if (component.texts.has('purl') || PACKAGE_KINDS.has(kind)) reading.collector.add(entryOf(component));
  }
}

/** Tools are a list, or from version 1.5 an object with one in `components`. */
function readTools(cursor: JsonCursor, tools: string[]): void {
  if (jsonKind(cursor) === 'object') {
    for (const name of jsonMembers(cursor)) if (name === 'components') readTools(cursor, tools);
    return;
  }
  for (const texts of readListOfTexts(cursor, TOOL)) {
    const named = [texts.get('name'), texts.get('version')].filter((text) => text !== undefined);
    if (texts.has('name') && tools.length < MAX_TOOLS) tools.push(named.join(' '));
  }
}

interface Metadata {
  subject: Component | undefined;
  readonly tools: string[];
  createdAt: string | undefined;
}

function readMetadata(cursor: JsonCursor, metadata: Metadata, reading: Reading): void {
  for (const name of jsonMembers(cursor)) {
    if (name === 'timestamp') metadata.createdAt = readText(cursor);
    else if (name === 'tools') readTools(cursor, metadata.tools);
    else if (name === 'component') {
      metadata.subject = readComponent(cursor, () => readComponents(cursor, reading));
      if (metadata.subject.texts.get('type') === 'operating-system') addSystem(metadata.subject, reading);
    }
  }
}

/** Reads a CycloneDX document in JSON, component by component. @throws what the JSON cursor throws */
export function readCycloneDx(cursor: JsonCursor): SbomDocument {
  const reading: Reading = { collector: collectPackages(), systems: [] };
  const metadata: Metadata = { subject: undefined, tools: [], createdAt: undefined };
  let specVersion = '';
  for (const name of jsonMembers(cursor)) {
    if (name === 'specVersion') specVersion = readText(cursor) ?? '';
    else if (name === 'metadata') readMetadata(cursor, metadata, reading);
    else if (name === 'components') readComponents(cursor, reading);
  }
  endJson(cursor);
  const { subject, tools, createdAt } = metadata;
  const name = subject?.texts.get('name');
  return {
    about: {
      format: 'cyclonedx',
      specVersion,
      tools,
      ...(name === undefined ? {} : { subject: name }),
      ...(createdAt === undefined ? {} : { createdAt }),
    },
    collector: reading.collector,
    systems: reading.systems,
    subject: subject?.facts ?? new Map(),
    licenceNames: new Map(),
  };
}
