const DAY_MS = 24 * 3_600_000;
/** A year, and the day on which it ends. */
const MOST_AHEAD_MS = 367 * DAY_MS;

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * The first moment at which a waiver counts no more, ISO 8601; undefined for what is no date. A day counts whole, in UTC; a
 * time is meant as it is.
 */
export function endOf(text: string): string | undefined {
  const day = DATE.test(text);
  if (!day && !TIME.test(text)) return undefined;
  const time = Date.parse(text);
  // Days that no month has would become others.
  if (Number.isNaN(time) || !new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().startsWith(text.slice(0, 10)))
    return undefined;
  return new Date(day ? time + DAY_MS : time).toISOString();
}

/** Whether a waiver would count for longer than a year. One that is over already may stand in a file: that is said later. */
export function isTooFar(end: string, now: number): boolean {
  return Date.parse(end) - now > MOST_AHEAD_MS;
}

/** The end of a waiver for people: the last day on which it counts, or the minute. */
export function untilWords(end: string): string {
  const time = new Date(Date.parse(end));
  if (Number.isNaN(time.getTime())) return end;
  if (time.getTime() % DAY_MS !== 0) return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return new Date(time.getTime() - DAY_MS).toISOString().slice(0, 10);
}
