import type { FoundPackage } from '#inventory/package.ts';
import { hasControls, withoutControls } from '#inventory/plain-text.ts';

/** Longer values are damage: the longest of these fields has a few hundred characters. */
const MAX_FIELD_CHARACTERS = 16_384;
const WANTED = new Set(['package', 'status', 'version', 'architecture', 'source', 'maintainer']);
/** States in which a package's files are, at least partly, on the disk (dpkg(1), "Package states"). */
const PRESENT = new Set([
  'installed',
  'unpacked',
  'half-configured',
  'half-installed',
  'triggers-awaited',
  'triggers-pending',
]);

/** A stanza that could not be read. */
export interface BadStanza {
  readonly stanza: string;
}

/**
 * Packages of a dpkg status file (deb-control(5)), those whose files are there. As dpkg reads it: names of fields and states in
 * any case, package names in lower case.
 * @param distroless each file is one package without a `Status` field
 */
export function* parseStatus(text: string, distroless: boolean): Generator<FoundPackage | BadStanza> {
  let fields = new Map<string, string>();
  for (let at = 0; at <= text.length; ) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    const first = text.charCodeAt(at);
    if (end === at || (end === at + 1 && first === 0x0d)) {
      if (fields.size > 0) yield* stanza(fields, distroless);
      fields = new Map();
    } else if (first !== 0x20 && first !== 0x09) addField(fields, text, at, end);
    at = end + 1;
  }
  if (fields.size > 0) yield* stanza(fields, distroless);
}

/** No name of a wanted field has more characters, with some blanks before the colon. */
const MAX_NAME_CHARACTERS = 32;

function addField(fields: Map<string, string>, text: string, at: number, end: number): void {
  // Looked for no further than it can be: a file without colons would be read through once a line.
  const colon = at + text.slice(at, Math.min(end, at + MAX_NAME_CHARACTERS + 1)).indexOf(':');
  if (colon <= at) return;
  const name = text.slice(at, colon).trimEnd().toLowerCase();
  if (WANTED.has(name)) fields.set(name, text.slice(colon + 1, end).trim());
}

function* stanza(fields: ReadonlyMap<string, string>, distroless: boolean): Generator<FoundPackage | BadStanza> {
  const name = fields.get('package')?.toLowerCase();
  const version = fields.get('version');
  const status = fields.get('status')?.toLowerCase();
  if (status === undefined ? !distroless : !PRESENT.has(status.split(/\s+/, 3)[2] ?? '')) return;
  const source = fields.get('source');
  const architecture = fields.get('architecture');
  if (!name || !version || [name, version, source, architecture].some(isDamaged)) {
    yield { stanza: name || version || 'without a name' };
    return;
  }
  const maintainer = withoutControls(fields.get('maintainer') ?? '').slice(0, MAX_FIELD_CHARACTERS);
  yield {
    type: 'deb',
    name,
    version,
    ...(architecture ? { architecture } : {}),
    source: sourceOf(source, name, version),
    licences: [],
    ...(maintainer ? { vendor: maintainer } : {}),
    evidence: 'installed',
  };
}

function isDamaged(value: string | undefined): boolean {
  return value !== undefined && (value.length > MAX_FIELD_CHARACTERS || hasControls(value));
}

/** `Source: name (version)`: either may be left out when it is the binary package's own (deb-control(5)). */
function sourceOf(field: string | undefined, name: string, version: string) {
  if (!field) return { name, version };
  const open = field.indexOf('(');
  if (open < 0) return { name: field.trim(), version };
  const close = field.indexOf(')', open);
  return {
    name: field.slice(0, open).trim() || name,
    version: field.slice(open + 1, close < 0 ? undefined : close).trim() || version,
  };
}
