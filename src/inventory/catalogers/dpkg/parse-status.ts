import type { FoundPackage } from '#inventory/package.ts';

const WANTED = new Set(['Package', 'Status', 'Version', 'Architecture', 'Source', 'Maintainer']);
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
 * Packages of a dpkg status file (deb-control(5)), those whose files are there.
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
    } else if (first !== 0x20 && first !== 0x09) {
      const colon = text.indexOf(':', at);
      if (colon > at && colon < end) {
        const name = text.slice(at, colon);
        if (WANTED.has(name)) fields.set(name, text.slice(colon + 1, end).trim());
      }
    }
    at = end + 1;
  }
  if (fields.size > 0) yield* stanza(fields, distroless);
}

function* stanza(fields: ReadonlyMap<string, string>, distroless: boolean): Generator<FoundPackage | BadStanza> {
  const name = fields.get('Package');
  const version = fields.get('Version');
  const status = fields.get('Status');
  if (status === undefined ? !distroless : !PRESENT.has(status.split(/\s+/)[2] ?? '')) return;
  if (!name || !version) {
    yield { stanza: name ?? version ?? 'without a name' };
    return;
  }
  const architecture = fields.get('Architecture');
  const maintainer = fields.get('Maintainer');
  yield {
    type: 'deb',
    name,
    version,
    ...(architecture ? { architecture } : {}),
    source: sourceOf(fields.get('Source'), name, version),
    licences: [],
    ...(maintainer ? { vendor: maintainer } : {}),
    evidence: 'installed',
  };
}

/** `Source: name (version)`: either may be left out when it is the binary package's own (deb-control(5)). */
function sourceOf(field: string | undefined, name: string, version: string) {
  if (!field) return { name, version };
  const open = field.indexOf('(');
  if (open < 0) return { name: field.trim(), version };
  const close = field.indexOf(')', open);
  return {
    name: field.slice(0, open).trim(),
    version: field.slice(open + 1, close < 0 ? undefined : close).trim() || version,
  };
}
