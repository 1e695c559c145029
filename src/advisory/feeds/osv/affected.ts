import type { Advisory, AffectedRange } from '#advisory/advisory.ts';
import { normaliseEcosystem, normalisePackage } from '#advisory/ecosystem.ts';
import { isObject, type JsonObject, listOf, textOf, textsOf } from '#advisory/feeds/fields.ts';
import { holdsAll, versionRanges } from '#advisory/feeds/osv/ranges.ts';
import { recordSeverity, worse } from '#advisory/feeds/osv/severity.ts';

/** What a record says of one package. */
export type AffectedPackage = Pick<
  Advisory,
  'ecosystem' | 'package' | 'module' | 'ranges' | 'versions' | 'severity' | 'fixState'
>;

/** Bulletins for modules name the stream in the title, `Moderate: ruby:3.3 security update`, if nowhere else. */
function moduleInTitle(title: unknown): string | undefined {
  if (typeof title !== 'string') return undefined;
  return /^[A-Za-z]{3,9}: ([A-Za-z0-9._+-]{1,60}:[A-Za-z0-9._+-]{1,60}) /.exec(title)?.[1];
}

/** Builds for a module carry it in their release (`3.3.1-2.module+el9.4.0+…`). */
function isModular(ranges: readonly AffectedRange[]): boolean {
  return ranges.some(({ events }) => events.some((event) => 'fixed' in event && /\.module[+_]/.test(event.fixed)));
}

function moduleOf(record: JsonObject, affected: JsonObject, ranges: readonly AffectedRange[]): string | undefined {
  const specific = affected['ecosystem_specific'];
  const named = isObject(specific) ? textOf(specific['rpm_modularity']) : undefined;
  return named ?? (isModular(ranges) ? moduleInTitle(record['summary']) : undefined);
}

/**
 * One affected entry; undefined when it names no package (curl's records) or no versions, as it then matches nothing.
 * `malformed` is called with the reason for every part that had to be left out.
 */
export function affectedPackage(
  id: string,
  record: JsonObject,
  affected: JsonObject,
  malformed: (why: string) => void,
): AffectedPackage | undefined {
  const named = affected['package'];
  if (!isObject(named)) return undefined;
  const ecosystem = normaliseEcosystem(textOf(named['ecosystem']) ?? '');
  const name = normalisePackage(ecosystem, textOf(named['name']) ?? '');
  if (ecosystem === '' || name === '') {
    malformed('an affected package has no ecosystem or no name');
    return undefined;
  }
  const ranges = versionRanges(affected['ranges'], malformed);
  const listed = textsOf(affected['versions']);
  if (listed.length < listOf(affected['versions']).length) malformed('a listed version is no text');
  if (ranges.length === 0 && listed.length === 0) return undefined;
  const severity = recordSeverity(id, record, affected);
  const module = moduleOf(record, affected, ranges);
  const specific = affected['ecosystem_specific'];
  const ended = isObject(specific) && specific['urgency'] === 'end-of-life';
  return {
    ecosystem,
    package: name,
    ranges,
    versions: ranges.some(holdsAll) ? [] : listed,
    ...(module === undefined ? {} : { module }),
    ...(severity === undefined ? {} : { severity }),
    ...(ended ? { fixState: 'end-of-life' as const } : {}),
  };
}

/** Entries for the same package: a version is affected if one of them says so. */
export function mergeAffected(entries: readonly [AffectedPackage, ...AffectedPackage[]]): AffectedPackage {
  const [first, ...others] = entries;
  if (others.length === 0) return first;
  const ranges = new Map<string, AffectedRange>();
  const versions = new Set<string>();
  let severity: AffectedPackage['severity'];
  for (const entry of entries) {
    for (const range of entry.ranges) ranges.set(JSON.stringify(range), range);
    for (const version of entry.versions) versions.add(version);
    severity = worse(severity, entry.severity);
  }
  const all = [...ranges.values()];
  const fixState = entries.find((entry) => entry.fixState !== undefined)?.fixState;
  return {
    ...first,
    ...(fixState === undefined ? {} : { fixState }),
    ranges: all,
    versions: all.some(holdsAll) ? [] : [...versions],
    ...(severity === undefined ? {} : { severity }),
  };
}
