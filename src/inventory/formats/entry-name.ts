import type { Purl } from '#core/purl.ts';
import type { SbomEntry } from '#inventory/formats/sbom-entry.ts';

/** Types whose purl namespace is a distribution, and no part of the name. */
export const SYSTEM_TYPES: ReadonlySet<string> = new Set(['deb', 'apk', 'rpm', 'alpm']);

/** The whole name by the package URL: with scope, group or module path, as each ecosystem's advisories write it. */
function nameByPurl(purl: Purl): string {
  if (SYSTEM_TYPES.has(purl.type) || purl.namespace === undefined) return purl.name;
  if (purl.type === 'maven') return `${purl.namespace}:${purl.name}`;
  const name = `${purl.namespace}/${purl.name}`;
  return purl.type === 'golang' && purl.subpath !== undefined ? `${name}/${purl.subpath}` : name;
}

function sameName(a: string, b: string, type: string): boolean {
  const normal = (name: string) => (type === 'pypi' ? name.replace(/[-_.]+/g, '-') : name).toLowerCase();
  return normal(a) === normal(b);
}

/**
 * A package's name. The package URL says which it is; the name beside it may say how it is really spelt, since package
 * URLs of some types are written in lower case.
 */
export function entryName(entry: SbomEntry, purl: Purl): string {
  const whole = nameByPurl(purl);
  const separator = purl.type === 'maven' ? ':' : '/';
  const joined = entry.group === '' ? entry.name : `${entry.group}${separator}${entry.name}`;
  const spelt = [entry.name, joined].find((name) => sameName(name, whole, purl.type));
  if (spelt !== undefined) return spelt;
  const { namespace } = purl;
  const spellsLast = namespace !== undefined && sameName(entry.name, purl.name, purl.type);
  return spellsLast && whole.endsWith(purl.name) ? whole.slice(0, -purl.name.length) + entry.name : whole;
}

/**
 * A package's version as its package manager prints it: package URLs of deb and rpm keep the epoch in a qualifier, and
 * some writers leave it out of the version beside it.
 */
export function entryVersion(entry: SbomEntry, purl: Purl): string {
  const version = entry.version || purl.version || '';
  if (purl.type === 'golang' && purl.name === 'stdlib' && purl.namespace === undefined) {
    return version.replace(/^(?:go|v)(?=\d)/, '');
  }
  if (purl.type !== 'deb' && purl.type !== 'rpm') return version;
  if (version === '' || /^\d+:/.test(version)) return version;
  const epoch = purl.qualifiers?.['epoch'] ?? /^(\d{1,10}):/.exec(purl.version ?? '')?.[1];
  return epoch !== undefined && /^[1-9]\d{0,9}$/.test(epoch) ? `${epoch}:${version}` : version;
}
