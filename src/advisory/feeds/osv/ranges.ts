import type { AffectedRange, RangeEvent } from '#advisory/advisory.ts';
import { isObject, listOf, textOf } from '#advisory/feeds/fields.ts';

const EVENT_NAMES = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

/** One event; undefined unless it names exactly one version (OSV schema, `events`, "Requirements"). */
function eventOf(value: unknown): RangeEvent | undefined {
  if (!isObject(value)) return undefined;
  const [name, ...others] = EVENT_NAMES.filter((key) => value[key] !== undefined && value[key] !== null);
  if (name === undefined || others.length > 0) return undefined;
  const version = textOf(value[name]);
  if (version === undefined) return undefined;
  switch (name) {
    case 'introduced':
      return { introduced: version };
    case 'fixed':
      return { fixed: version };
    case 'last_affected':
      return { lastAffected: version };
    case 'limit':
      return { limit: version };
  }
}

/**
 * The version ranges of an affected entry, events in the record's order. Ranges of commits (`GIT`) are left out as they
 * say nothing about versions; `malformed` is called with the reason for every other range that had to be.
 */
export function versionRanges(list: unknown, malformed: (why: string) => void): readonly AffectedRange[] {
  const ranges: AffectedRange[] = [];
  for (const range of listOf(list)) {
    const type = isObject(range) ? range['type'] : undefined;
    if (type === 'GIT') continue;
    if (!isObject(range) || (type !== 'SEMVER' && type !== 'ECOSYSTEM')) {
      malformed(`${typeof type === 'string' ? JSON.stringify(type.slice(0, 40)) : typeof type} is no type of range`);
      continue;
    }
    const given = listOf(range['events']);
    const events = given.flatMap((event) => eventOf(event) ?? []);
    if (events.length < given.length) malformed('an event of a range does not name exactly one version');
    else if (!events.some((event) => 'introduced' in event)) malformed('a range does not say where it begins');
    else ranges.push({ type, events });
  }
  return ranges;
}

/** True for a range that holds every version: listing versions beside it adds nothing. */
export function holdsAll(range: AffectedRange): boolean {
  return range.events.every((event) => 'introduced' in event && event.introduced === '0');
}
