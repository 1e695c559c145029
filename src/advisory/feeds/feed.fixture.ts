import type { Advisory, Exploitation } from '#advisory/advisory.ts';
import type { Feed } from '#advisory/feeds/feed.ts';
import { isObject } from '#advisory/feeds/fields.ts';
import type { Problem } from '#core/errors.ts';

export interface Parsed {
  readonly advisories: readonly Advisory[];
  readonly exploitations: Readonly<Record<string, Exploitation>>;
  readonly problems: readonly Problem[];
}

/** What a feed makes of a document, which must be its own. */
export function parseWith(feed: Feed, document: unknown): Parsed {
  if (!isObject(document) || !feed.matches(document)) throw new Error(`not a document of ${feed.id}`);
  const problems: Problem[] = [];
  const items = [...feed.parse(document, { problem: (problem) => problems.push(problem) })];
  return {
    advisories: items.flatMap((item) => (item.kind === 'advisory' ? item.advisory : [])),
    exploitations: Object.fromEntries(
      items.flatMap((item) => (item.kind === 'exploitation' ? [[item.cve, item.exploitation]] : [])),
    ),
    problems,
  };
}
