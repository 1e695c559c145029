import type { Advisory, AffectedRange, RangeEvent } from '#advisory/advisory.ts';
import { type RatedSeverity, SEVERITIES } from '#core/severity.ts';

const NONE: readonly string[] = [];

/** One advisory about one package as the JSON files of this folder write it: README.md, "The rows". */
export interface StarterRow {
  readonly id: string;
  readonly aliases?: readonly string[] | undefined;
  readonly package: string;
  /** `2.4..2.12.2` before the fix, `0..=3.9.19` up to and including, `1.0..` without an end. */
  readonly affected?: readonly string[] | undefined;
  /** Versions affected beside those. */
  readonly versions?: readonly string[] | undefined;
  /** Distributions: the first fixed version by release, `{"12": "2.36-9+deb12u3"}`; everything before it is affected. */
  readonly fixed?: Readonly<Record<string, string | undefined>> | undefined;
  readonly severity?: string | undefined;
  /** Who says so: `ghsa`, `cvss:3.1`, `photon`. */
  readonly rated?: string | undefined;
  readonly score?: number | undefined;
  readonly published?: string | undefined;
  readonly summary: string;
}

/** The advisories that one row stands for: one, or one a release where `fixed` lists releases. */
export function advisoriesOf(base: string, row: StarterRow): readonly Advisory[] {
  if (row.fixed === undefined) return [advisoryOf(base, base, row, row.affected ?? NONE)];
  return Object.entries(row.fixed).map(([release, fixed]) =>
    advisoryOf(base, `${base}:${release}`, row, [`0..${fixed ?? ''}`]),
  );
}

function advisoryOf(base: string, ecosystem: string, row: StarterRow, affected: readonly string[]): Advisory {
  const type = base === 'Go' ? 'SEMVER' : 'ECOSYSTEM';
  const advisory: { -readonly [Key in keyof Advisory]: Advisory[Key] } = {
    id: row.id,
    aliases: row.aliases ?? NONE,
    ecosystem,
    package: row.package,
    status: 'affected',
    ranges: affected.map((pair) => rangeOf(type, pair)),
    versions: row.versions ?? NONE,
    summary: row.summary,
    source: recordOf(base, row.id),
  };
  const severity = severityOf(row);
  if (severity !== undefined) advisory.severity = severity;
  if (row.published !== undefined) advisory.published = row.published;
  return advisory;
}

function severityOf(row: StarterRow): RatedSeverity | undefined {
  const level = SEVERITIES.find((severity) => severity === row.severity);
  if (level === undefined || row.rated === undefined) return undefined;
  return row.score === undefined ? { level, source: row.rated } : { level, source: row.rated, score: row.score };
}

function rangeOf(type: AffectedRange['type'], pair: string): AffectedRange {
  const dots = pair.indexOf('..');
  const [introduced, end] = [pair.slice(0, dots), pair.slice(dots + 2)];
  const start: RangeEvent = { introduced };
  if (end === '') return { type, events: [start] };
  return { type, events: [start, end.startsWith('=') ? { lastAffected: end.slice(1) } : { fixed: end }] };
}

/** Where people read the public record of an id. */
function recordOf(base: string, id: string): string {
  if (base === 'Debian') return `https://security-tracker.debian.org/tracker/${id}`;
  if (base === 'Alpine') return `https://security.alpinelinux.org/vuln/${id}`;
  if (base === 'Go') return `https://pkg.go.dev/vuln/${id}`;
  if (base === 'PyPI') return `https://osv.dev/vulnerability/${id}`;
  return `https://github.com/advisories/${id}`;
}
