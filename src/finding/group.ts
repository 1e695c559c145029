import type { Advisories, Exploitation } from '#advisory/advisory.ts';
import { compareVersions } from '#base/versions/compare.ts';
import { schemeOf } from '#base/versions/ecosystem-scheme.ts';
import { compareSeverity, type RatedSeverity } from '#core/severity.ts';
import type { Because, Finding } from '#finding/finding.ts';
import type { Match } from '#finding/match.ts';

/** A match under the ids by which it is the same flaw as another; `shown` ids are only named. */
interface Named {
  readonly match: Match;
  readonly ids: readonly string[];
  readonly shown: readonly string[];
}

const CVE = /^CVE-\d{4}-\d{4,}$/;

/**
 * One package's matches as findings: those that share an id or an alias are one flaw. A notice that fixes several flaws
 * (DSA, USN, RHSA …) counts for each of them, and does not make them one.
 */
export function groupMatches(matches: readonly Match[], exploitation: Advisories['exploitation']): readonly Finding[] {
  if (matches.length === 0) return [];
  const named = matches.flatMap(namesOf);
  const groups = new Map<string, Named[]>();
  const rootOf = new Map<string, string>();
  const root = (id: string): string => {
    let at = id;
    for (let up = rootOf.get(at); up !== undefined; up = rootOf.get(at)) at = up;
    return at;
  };
  for (const { ids } of named) {
    const [first = '', ...rest] = ids;
    for (const id of rest) if (root(id) !== root(first)) rootOf.set(root(id), root(first));
  }
  for (const one of named) {
    const key = root(one.ids[0] ?? '');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return [...groups.values()].map((group) => findingOf(group as [Named, ...Named[]], exploitation));
}

function namesOf(match: Match): readonly Named[] {
  const { id, aliases, upstream } = match.advisory;
  if (upstream === undefined || upstream.length === 0 || aliases.length > 0)
    return [{ match, ids: [id, ...aliases], shown: [] }];
  return upstream.map((cve) => ({ match, ids: [cve], shown: [id] }));
}

function findingOf(group: readonly [Named, ...Named[]], exploitation: Advisories['exploitation']): Finding {
  const [{ match: first }] = group;
  const all = new Set(group.flatMap(({ ids, shown }) => [...ids, ...shown]));
  const own = new Set(group.flatMap(({ ids }) => ids));
  const id = preferredId([...own]);
  all.delete(id);
  const matches = [...new Set(group.map(({ match }) => match))];
  const cves = [...own].filter((one) => CVE.test(one)).sort();
  const known = cves.map((cve) => exploitation(cve)).filter((one) => one !== undefined);
  const summary = matches.map(({ advisory }) => advisory.summary).find((one) => one !== undefined);
  const published = matches.flatMap(({ advisory }) => advisory.published ?? []).sort()[0];
  const fixedVersions = mergedFixes(matches);
  const fixState =
    fixedVersions.length > 0
      ? undefined
      : matches.map(({ advisory }) => advisory.fixState).find((one) => one !== undefined);
  const because = uniqueReasons(matches.map((match) => match.because));
  const strongest = strongestExploitation(known);
  return {
    id,
    aliases: [...all].sort(),
    package: first.package,
    severity: severityOf(matches),
    fixedVersions,
    ...(fixState === undefined ? {} : { fixState }),
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    ...(strongest === undefined ? {} : { exploitation: strongest }),
    because: because.length > 0 ? (because as [Because, ...Because[]]) : [first.because],
  };
}

const PREFERENCE = [CVE, /^GHSA-/, /^PYSEC-/, /^GO-/, /^RUSTSEC-/];

function preferredId(ids: readonly string[]): string {
  const sorted = [...ids].sort();
  for (const pattern of PREFERENCE) {
    const found = sorted.find((id) => pattern.test(id));
    if (found !== undefined) return found;
  }
  return sorted[0] ?? '';
}

/** A vendor's own word for its package comes before a score; among equals the worst. */
const AUTHORITIES: readonly RegExp[] = [/^(?:debian|ubuntu|alpine|redhat|suse|alma|rocky|starter)/, /^ghsa/, /^cvss/];

function severityOf(matches: readonly Match[]): RatedSeverity {
  const rated = matches.flatMap(({ advisory }) => advisory.severity ?? []).filter(({ level }) => level !== 'unknown');
  const rank = ({ source }: RatedSeverity) => {
    const at = AUTHORITIES.findIndex((pattern) => pattern.test(source));
    return at < 0 ? AUTHORITIES.length : at;
  };
  const [best] = rated.sort((a, b) => rank(a) - rank(b) || compareSeverity(a.level, b.level));
  return best ?? { level: 'unknown', source: 'none' };
}

/** Several records of one flaw may name the fix differently; each is kept, in order. */
function mergedFixes(matches: readonly Match[]): readonly string[] {
  const scheme = schemeOf(matches[0]?.because.ecosystem ?? '');
  const fixes: string[] = [];
  for (const fixed of matches.flatMap(({ fixedVersions }) => fixedVersions)) {
    const same = (other: string) =>
      other === fixed || (scheme !== undefined && compareVersions(scheme, other, fixed) === 0);
    if (!fixes.some(same)) fixes.push(fixed);
  }
  return scheme === undefined ? fixes.sort() : fixes.sort((a, b) => compareVersions(scheme, a, b) ?? 0);
}

function uniqueReasons(reasons: readonly Because[]): readonly Because[] {
  const seen = new Map(reasons.map((one) => [`${one.advisory}\0${one.ecosystem}\0${one.package}`, one]));
  return [...seen.values()].sort((a, b) => (a.advisory < b.advisory ? -1 : a.advisory > b.advisory ? 1 : 0));
}

function strongestExploitation(known: readonly Exploitation[]): Exploitation | undefined {
  const since = known.flatMap(({ knownExploitedSince }) => knownExploitedSince ?? []).sort()[0];
  const [epss] = known.flatMap((one) => one.epss ?? []).sort((a, b) => b.score - a.score);
  if (since === undefined && epss === undefined) return undefined;
  return {
    ...(since === undefined ? {} : { knownExploitedSince: since }),
    ...(known.some(({ ransomware }) => ransomware === true) ? { ransomware: true } : {}),
    ...(epss === undefined ? {} : { epss }),
  };
}
