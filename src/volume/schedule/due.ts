import type { TimeTable } from '#volume/schedule/time-table.ts';

/** When snapshots are wanted: by a time table, or so that none is older than some hours. */
export type When =
  | { readonly kind: 'cron'; readonly table: TimeTable }
  | { readonly kind: 'max-age'; readonly hours: number };

/** What was tried for one unit of a schedule. Without any of it, nothing. */
export interface Tried {
  /** When it was last done, by the time at which that began. */
  readonly doneAt?: Date;
  /** Failures since then. */
  readonly failures: number;
  /** Not before, after a failure. */
  readonly notBefore?: Date;
}

/** What one snapshot, or one of several taken together, is wanted of: a volume, or a stack. */
export interface Wanted {
  readonly when: When;
  /** Nothing is due for the time before: when the schedule was set, or the volume made if that was later. */
  readonly since: Date;
  /** The newest snapshot that there is, whoever took it. */
  readonly newestAt?: Date;
  readonly tried: Tried;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A part of the age is kept for taking the snapshot, so that it is there in time. */
const LEAD_PART = 0.05;
const LONGEST_RETRY_MS = HOUR_MS;

/**
 * When a snapshot is due: in the past if it should have been taken already, however often it was missed; undefined when
 * the time table names no time that ever comes. What failed is due again when its wait is over.
 */
export function dueAt({ when, since, newestAt, tried }: Wanted): Date | undefined {
  const planned =
    when.kind === 'cron'
      ? when.table.next(latest(since, tried.doneAt))
      : dueByAge(when.hours, latest(since, newestAt), newestAt);
  if (planned === undefined || tried.notBefore === undefined) return planned;
  return latest(planned, tried.notBefore);
}

/** How old the newest snapshot may be for an age of so many hours. */
function dueByAge(hours: number, base: Date, newestAt: Date | undefined): Date {
  if (newestAt === undefined) return base;
  const ageMs = hours * HOUR_MS;
  return new Date(newestAt.getTime() + ageMs - Math.min(ageMs * LEAD_PART, HOUR_MS));
}

/** How long is waited after so many failures in a row: a minute, and twice as long each time, an hour at most. */
export function retryAfterMs(failures: number): number {
  return Math.min(MINUTE_MS * 2 ** Math.max(0, failures - 1), LONGEST_RETRY_MS);
}

/** After how many hours without a snapshot a schedule has not kept what it promises: two of its intervals, or its age. */
export function objectiveHours(when: When, now: Date): number | undefined {
  if (when.kind === 'max-age') return when.hours;
  const first = when.table.next(now);
  if (first === undefined) return undefined;
  // The longest of the next intervals: nights and weekends are longer than hours.
  let longestMs = 0;
  let before = first;
  for (let count = 0; count < 20; count += 1) {
    const next = when.table.next(before);
    if (next === undefined) break;
    longestMs = Math.max(longestMs, next.getTime() - before.getTime());
    before = next;
  }
  return (2 * longestMs) / HOUR_MS;
}

function latest(one: Date, other: Date | undefined): Date {
  return other === undefined || other < one ? one : other;
}
