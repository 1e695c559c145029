/** Dates repeat: a few thousand of them are remembered, as reading one takes longer than all else about a finding. */
const MOST_KNOWN = 5_000;
const known = new Map<string, number>();

/** Milliseconds since 1970; NaN for null and for what is no date. */
export function readTime(text: string | null): number {
  if (text === null) return Number.NaN;
  const before = known.get(text);
  if (before !== undefined) return before;
  const time = Date.parse(text);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, time);
  return time;
}
