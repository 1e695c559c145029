import type { FeedItem } from '#advisory/feeds/feed.ts';
import { isCve, textOf } from '#advisory/feeds/fields.ts';

/** A probability, 0 to 1, written as a number or as text. */
function probability(value: unknown): number | undefined {
  const text = typeof value === 'number' ? String(value) : textOf(value);
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return number >= 0 && number <= 1 ? number : undefined;
}

/** One CVE's score; undefined unless all of it can be read. `date` is the day the scores are for. */
export function epssItem(
  cve: unknown,
  epss: unknown,
  percentile: unknown,
  date: string | undefined,
): FeedItem | undefined {
  const id = textOf(cve);
  const score = probability(epss);
  const rank = probability(percentile);
  if (id === undefined || !isCve(id) || score === undefined || rank === undefined) return undefined;
  const dated = date === undefined ? {} : { date: date.slice(0, 10) };
  return { kind: 'exploitation', cve: id, exploitation: { epss: { score, percentile: rank, ...dated } } };
}
