import type { Advisory, AffectedRange, RangeEvent } from '#advisory/advisory.ts';

/** Orders two versions; undefined when they are not comparable. */
export type Compare = (a: string, b: string) => -1 | 0 | 1 | undefined;

/** What an advisory says about one version. */
export type Evaluation =
  | { readonly state: 'affected'; readonly comparison: string; readonly fixedVersions: readonly string[] }
  | { readonly state: 'unaffected'; readonly comparison: string }
  | { readonly state: 'not-comparable'; readonly reason: string };

/**
 * Is this version affected (OSV schema, "Evaluation")? It is when `versions` lists it or any range holds it: events in
 * version order, `introduced` `0` before everything, `fixed` exclusive, `last_affected` inclusive, and a `limit` that
 * the version must be below. A range that cannot be ordered makes the answer not comparable, unless another one holds it.
 */
export function evaluate(
  advisory: Pick<Advisory, 'ranges' | 'versions'>,
  version: string,
  compare: Compare,
): Evaluation {
  const fixedVersions = fixesAbove(advisory.ranges, version, compare);
  if (version !== '' && advisory.versions.includes(version)) {
    return { state: 'affected', comparison: `${version} is listed`, fixedVersions };
  }
  let failed: string | undefined;
  let passed: string | undefined;
  for (const range of advisory.ranges) {
    const held = rangeHolds(range, version, compare);
    if (held.state === 'in') return { state: 'affected', comparison: held.text, fixedVersions };
    if (held.state === 'failed') failed ??= held.text;
    else passed = held.text;
  }
  if (failed !== undefined) return { state: 'not-comparable', reason: failed };
  return { state: 'unaffected', comparison: passed ?? `${version} is not listed` };
}

interface Held {
  readonly state: 'in' | 'out' | 'failed';
  readonly text: string;
}

function rangeHolds({ events }: AffectedRange, version: string, compare: Compare): Held {
  const incomparable = [version, ...events.map(versionOf)].find(
    (one) => one !== '0' && one !== '*' && compare(one, one) === undefined,
  );
  if (version === '' || incomparable !== undefined) {
    return { state: 'failed', text: `${JSON.stringify(incomparable ?? version)} is no version that can be ordered` };
  }
  const limits = events.flatMap((event) => ('limit' in event ? [event.limit] : []));
  if (limits.length > 0 && !limits.some((limit) => limit === '*' || compare(version, limit) === -1)) {
    return { state: 'out', text: `${version} is not below ${limits.join(' or ')}` };
  }
  const sorted = events.filter((event) => !('limit' in event)).sort((a, b) => orderEvents(a, b, compare));
  let since: string | undefined;
  let until = '';
  for (const event of sorted) {
    if ('introduced' in event) {
      if (event.introduced === '0' || atLeast(version, event.introduced, compare)) since = event.introduced;
      else if (until === '') until = `${version} < ${event.introduced}`;
    } else if ('fixed' in event) {
      if (!atLeast(version, event.fixed, compare)) {
        if (since !== undefined) return inside(since, version, `< ${event.fixed}`);
      } else {
        since = undefined;
        until = `${event.fixed} <= ${version}`;
      }
    } else if ('lastAffected' in event) {
      if (compare(version, event.lastAffected) !== 1) {
        if (since !== undefined) return inside(since, version, `<= ${event.lastAffected}`);
      } else {
        since = undefined;
        until = `${event.lastAffected} < ${version}`;
      }
    }
  }
  if (since !== undefined) return inside(since, version, '(no fix)');
  return { state: 'out', text: until === '' ? `${version} is in no range` : until };
}

function inside(since: string, version: string, until: string): Held {
  const lower = since === '0' ? '' : `${since} <= `;
  return { state: 'in', text: `${lower}${version} ${until}` };
}

function atLeast(version: string, bound: string, compare: Compare): boolean {
  return compare(version, bound) !== -1;
}

function versionOf(event: RangeEvent): string {
  if ('introduced' in event) return event.introduced;
  if ('fixed' in event) return event.fixed;
  return 'lastAffected' in event ? event.lastAffected : event.limit;
}

/** Stable: events at one version keep the record's order. */
function orderEvents(a: RangeEvent, b: RangeEvent, compare: Compare): number {
  const left = versionOf(a);
  const right = versionOf(b);
  if (left === right) return 0;
  if ('introduced' in a && left === '0') return -1;
  if ('introduced' in b && right === '0') return 1;
  return compare(left, right) ?? 0;
}

/** Every fixed version above the installed one, one for each stream that got its own fix, ascending. */
function fixesAbove(ranges: readonly AffectedRange[], version: string, compare: Compare): readonly string[] {
  const fixes = ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? [event.fixed] : [])));
  const above = [...new Set(fixes)].filter((fixed) => compare(version, fixed) === -1);
  return above.sort((a, b) => compare(a, b) ?? 0);
}
