import { isBulletin } from '#advisory/bulletins.ts';
import { isCve, type JsonObject, textsOf } from '#advisory/feeds/fields.ts';

/**
 * Databases whose every record is one flaw in one distribution, under a number of its own: where such a record names
 * exactly one CVE upstream, that is the flaw.
 */
const ONE_FLAW_EACH: readonly string[] = ['AZL', 'BELL', 'CGA', 'CLEANSTART', 'ECHO', 'MINI'];

/** Names for people, where the prefix is not the database's own. */
const DATABASES: Readonly<Record<string, string>> = {
  ALPINE: 'alpine',
  ALBA: 'almalinux',
  ALEA: 'almalinux',
  ALSA: 'almalinux',
  BIT: 'bitnami',
  CGA: 'chainguard',
  DEBIAN: 'debian',
  DLA: 'debian',
  DSA: 'debian',
  LSN: 'ubuntu',
  RHBA: 'redhat',
  RHEA: 'redhat',
  RHSA: 'redhat',
  RLSA: 'rocky',
  RXSA: 'rocky',
  UBUNTU: 'ubuntu',
  USN: 'ubuntu',
};

function prefixOf(id: string): string {
  return id.split('-', 1)[0] ?? '';
}

/** Who wrote a record, from its id: `GHSA-…` -> `ghsa`, `USN-…` -> `ubuntu`. */
export function databaseOf(id: string): string {
  const prefix = prefixOf(id);
  return Object.hasOwn(DATABASES, prefix) ? (DATABASES[prefix] ?? '') : prefix.toLowerCase();
}

/** The CVE that a distribution's own id ends with: `UBUNTU-CVE-2024-1234` -> `CVE-2024-1234`. */
function cveInside(id: string): string | undefined {
  const cve = id.slice(id.indexOf('-CVE-') + 1);
  return cve.length < id.length && isCve(cve) ? cve : undefined;
}

/** What a record's id lists mean. */
export interface RecordIds {
  /** Other ids of the same flaw, sorted. */
  readonly aliases: readonly string[];
  /** CVEs that the record bundles or comes down from, each a flaw of its own, sorted. */
  readonly upstream: readonly string[];
}

/**
 * `aliases` are the same flaw; `related` and `upstream` are not (OSV schema, `aliases`, `upstream`, `related`), but for
 * a distribution's own record of exactly one CVE, which only repeats it under the distribution's name.
 */
export function recordIds(id: string, record: JsonObject): RecordIds {
  const aliases = new Set(textsOf(record['aliases']));
  const named = [...textsOf(record['upstream'])];
  // Some bulletins list their flaws as related.
  if (isBulletin(id)) named.push(...textsOf(record['related']));
  const upstream = new Set(named.map((name) => cveInside(name) ?? name).filter(isCve));
  const own = cveInside(id);
  if (own !== undefined) aliases.add(own);
  if (upstream.size === 1 && ONE_FLAW_EACH.includes(prefixOf(id))) for (const cve of upstream) aliases.add(cve);
  aliases.delete(id);
  upstream.delete(id);
  for (const alias of aliases) upstream.delete(alias);
  return { aliases: [...aliases].sort(), upstream: [...upstream].sort() };
}
