import { Cron } from 'croner';
import { HoldfastError } from '#core/errors.ts';

/** Times that come again and again. */
export interface TimeTable {
  /** The first one after a moment; undefined when there is none, as for the 30th of February. */
  next(after: Date): Date | undefined;
}

const LONGEST = 200;

/**
 * Reads a cron expression: minute, hour, day of the month, month and day of the week, or `@daily` and its like, by the
 * clock of a time zone (a name of the IANA database, or `UTC`). When clocks are set ahead, what falls into the missing hour
 * is due when that has passed; when they are set back, what falls into the hour that comes twice is due the first time.
 * Tables with a star or a step in minutes or hours follow the time that passes.
 * @throws `SCHEDULE_CRON_INVALID`, `SCHEDULE_ZONE_UNKNOWN`
 */
export function timeTable(expression: string, zone: string): TimeTable {
  refuseZone(zone);
  const text = expression.trim();
  // The library also takes seconds, and dates that come once.
  if (text.length > LONGEST || !(/^@[a-z]+$/i.test(text) || text.split(/\s+/).length === 5)) {
    throw invalid(text, 'it has not five fields');
  }
  try {
    const cron = new Cron(text, { timezone: zone, paused: true, mode: '5-part' });
    return { next: (after) => cron.nextRun(after) ?? undefined };
  } catch (error) {
    throw invalid(text, error instanceof Error ? error.message.replace(/^Cron[A-Za-z]*: /, '') : String(error));
  }
}

/** @throws `SCHEDULE_ZONE_UNKNOWN` */
function refuseZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new HoldfastError('SCHEDULE_ZONE_UNKNOWN', `${JSON.stringify(zone.slice(0, 100))} is no time zone`, {
      kind: 'usage',
      hint: 'Take a name such as Europe/Berlin, or UTC.',
    });
  }
}

function invalid(text: string, why: string): HoldfastError {
  const what = `${JSON.stringify(text.slice(0, 100))} is no time table: ${why.slice(0, 200)}`;
  return new HoldfastError('SCHEDULE_CRON_INVALID', what, {
    kind: 'usage',
    hint: 'Write minute, hour, day of the month, month and day of the week, such as "30 3 * * *", or @daily.',
  });
}
