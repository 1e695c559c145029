import type { Advisories, Exploitation } from '#advisory/advisory.ts';
import { fixDateOf } from '#advisory/bulletins.ts';
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
  const [all, own, members] = [new Set<string>(), new Set<string>(), new Set<Match>()];
  for (const { match, ids, shown } of group) {
    members.add(match);
    for (const one of ids) own.add(one);
    for (const one of shown) all.add(one);
  }
  for (const one of own) all.add(one);
  const id = preferredId([...own]);
  all.delete(id);
  const matches = [...members];
  const known = exploitationsOf([...own].sort(), exploitation);
  const summary = matches.find(({ advisory }) => advisory.summary !== undefined)?.advisory.summary;
  const published = earliest(matches);
  const fixedVersions = mergedFixes(matches);
  const fixState =
    fixedVersions.length > 0
      ? undefined
      : matches.find(({ advisory }) => advisory.fixState !== undefined)?.advisory.fixState;
  const fixPublished = firstFix(matches);
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
    ...(fixPublished === undefined ? {} : { fixPublished }),
    ...(strongest === undefined ? {} : { exploitation: strongest }),
    because: because.length > 0 ? (because as [Because, ...Because[]]) : [first.because],
  };
}

function exploitationsOf(ids: readonly string[], exploitation: Advisories['exploitation']): readonly Exploitation[] {
  const known: Exploitation[] = [];
  for (const id of ids) {
    const said = CVE.test(id) ? exploitation(id) : undefined;
    if (said !== undefined) known.push(said);
  }
  return known;
}

function earliest(matches: readonly Match[]): string | undefined {
  let published: string | undefined;
  for (const { advisory } of matches) {
    if (advisory.published !== undefined && (published === undefined || advisory.published < published)) {
      ({ published } = advisory);
    }
  }
  return published;
}

/** Of the advisories that know a fix for what is installed. */
function firstFix(matches: readonly Match[]): string | undefined {
  let first: string | undefined;
  for (const { advisory, fixedVersions } of matches) {
    const date = fixedVersions.length === 0 ? undefined : fixDateOf(advisory);
    if (date !== undefined && (first === undefined || date < first)) first = date;
  }
  return first;
}

const PREFERENCE = [CVE, /^GHSA-/, /^PYSEC-/, /^GO-/, /^RUSTSEC-/];

function preferredId(ids: readonly string[]): string {
  if (ids.length === 1) return ids[0] ?? '';
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
  const [first, second] = matches;
  if (first !== undefined && second === undefined && first.fixedVersions.length < 2) return first.fixedVersions;
  const scheme = schemeOf(first?.because.ecosystem ?? '');
  const fixes: string[] = [];
  for (const fixed of matches.flatMap(({ fixedVersions }) => fixedVersions)) {
    const same = (other: string) =>
      other === fixed || (scheme !== undefined && compareVersions(scheme, other, fixed) === 0);
    if (!fixes.some(same)) fixes.push(fixed);
  }
  return scheme === undefined ? fixes.sort() : fixes.sort((a, b) => compareVersions(scheme, a, b) ?? 0);
}

function uniqueReasons(reasons: readonly Because[]): readonly Because[] {
  if (reasons.length === 1) return reasons;
  const seen = new Map(reasons.map((one) => [`${one.advisory}\0${one.ecosystem}\0${one.package}`, one]));
  return [...seen.values()].sort((a, b) => (a.advisory < b.advisory ? -1 : a.advisory > b.advisory ? 1 : 0));
}

function strongestExploitation(known: readonly Exploitation[]): Exploitation | undefined {
  if (known.length === 0) return undefined;
  const since = known.flatMap(({ knownExploitedSince }) => knownExploitedSince ?? []).sort()[0];
  const [epss] = known.flatMap((one) => one.epss ?? []).sort((a, b) => b.score - a.score);
  if (since === undefined && epss === undefined) return undefined;
  return {
    ...(since === undefined ? {} : { knownExploitedSince: since }),
    ...(known.some(({ ransomware }) => ransomware === true) ? { ransomware: true } : {}),
    ...(epss === undefined ? {} : { epss }),
  };
}
