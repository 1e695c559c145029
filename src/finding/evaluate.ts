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
  const affected = (comparison: string): Evaluation => ({
    state: 'affected',
    comparison,
    fixedVersions: fixesAbove(advisory.ranges, version, compare),
  });
  if (version !== '' && advisory.versions.includes(version)) return affected(`${version} is listed`);
  const ordered = version !== '' && compare(version, version) !== undefined;
  let failed: string | undefined;
  let passed: string | undefined;
  for (const range of advisory.ranges) {
    const held = ordered ? rangeHolds(range, version, compare) : unordered(version);
    if (held.state === 'in') return affected(held.text);
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

/** An event and where the installed version lies: below its version, at it, or above. */
interface Placed {
  readonly event: RangeEvent;
  readonly side: -1 | 0 | 1;
}

function rangeHolds({ events }: AffectedRange, version: string, compare: Compare): Held {
  const placed: Placed[] = [];
  const limits: string[] = [];
  let below = false;
  for (const event of events) {
    const at = versionOf(event);
    // `0` is before everything, `*` behind: neither is a version.
    const side = 'introduced' in event && at === '0' ? 1 : 'limit' in event && at === '*' ? -1 : compare(version, at);
    if (side === undefined) return unordered(at);
    if (!('limit' in event)) placed.push({ event, side });
    else {
      limits.push(at);
      below ||= side === -1;
    }
  }
  if (limits.length > 0 && !below) return { state: 'out', text: `${version} is not below ${limits.join(' or ')}` };
  let since: string | undefined;
  let until = '';
  if (placed.length > 2 || !startsEverything(placed[0])) placed.sort((a, b) => orderEvents(a.event, b.event, compare));
  for (const { event, side } of placed) {
    const at = versionOf(event);
    if ('introduced' in event) {
      if (side >= 0) since = at;
      else if (until === '') until = `${version} < ${at}`;
    } else if (side === -1 || (side === 0 && 'lastAffected' in event)) {
      if (since !== undefined) return inside(since, version, `${'fixed' in event ? '<' : '<='} ${at}`);
    } else {
      since = undefined;
      until = `${at} ${'fixed' in event ? '<=' : '<'} ${version}`;
    }
  }
  if (since !== undefined) return inside(since, version, '(no fix)');
  return { state: 'out', text: until === '' ? `${version} is in no range` : until };
}

function unordered(version: string): Held {
  return { state: 'failed', text: `${JSON.stringify(version)} is no version that can be ordered` };
}

function inside(since: string, version: string, until: string): Held {
  const lower = since === '0' ? '' : `${since} <= `;
  return { state: 'in', text: `${lower}${version} ${until}` };
}

function versionOf(event: RangeEvent): string {
  if ('introduced' in event) return event.introduced;
  if ('fixed' in event) return event.fixed;
  return 'lastAffected' in event ? event.lastAffected : event.limit;
}

/** The usual range is `0` and a fix, which are in order. */
function startsEverything(first: Placed | undefined): boolean {
  return first !== undefined && 'introduced' in first.event && first.event.introduced === '0';
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
