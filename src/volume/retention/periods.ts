import type { CountedRule } from '#volume/retention/policy.ts';

const DAY_MS = 86_400_000;

/** The period of a rule that a moment is in, in UTC: moments of one period have one text. `last` has none of its own. */
export function periodOf(rule: Exclude<CountedRule, 'last'>, timeMs: number): string {
  if (rule === 'weekly') return isoWeek(timeMs);
  const length = { hourly: 13, daily: 10, monthly: 7, yearly: 4 }[rule];
  // Years before 0 and after 9999 have a sign and six digits.
  const text = new Date(timeMs).toISOString();
  return text.slice(0, text.length - 'YYYY-MM-DDTHH:MM:SS.sssZ'.length + length);
}

/** Weeks begin on Monday, and belong to the year that has their Thursday (ISO 8601). */
function isoWeek(timeMs: number): string {
  const weekday = (new Date(timeMs).getUTCDay() + 6) % 7;
  const thursday = new Date(timeMs + (3 - weekday) * DAY_MS);
  const year = thursday.getUTCFullYear();
  const days = Math.floor((thursday.getTime() - new Date(0).setUTCFullYear(year, 0, 1)) / DAY_MS);
  return `${year}-W${String(Math.floor(days / 7) + 1).padStart(2, '0')}`;
}
