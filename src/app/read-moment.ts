import { HoldfastError } from '#core/errors.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A moment as people write it: an ISO date or time (`2026-11-22`, `2026-11-22T10:00Z`; without a zone, UTC), or how long
 * ago (`90m`, `24h`, `7d`). As the record writes times.
 * @throws `TIME_INVALID`
 */
export function readMoment(text: string, now: Date): string {
  const ago = /^(\d{1,6})([smhdw])$/.exec(text);
  if (ago !== null) return new Date(now.getTime() - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0)).toISOString();
  if (/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)) {
    const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(text) || text.length === 10 ? text : `${text}Z`;
    const moment = new Date(zoned.replace(' ', 'T'));
    if (!Number.isNaN(moment.getTime())) return moment.toISOString();
  }
  throw new HoldfastError('TIME_INVALID', `${JSON.stringify(text.slice(0, 60))} is no time`, {
    kind: 'usage',
    hint: 'Write a date, 2026-11-22, a time, 2026-11-22T10:00Z, or how long ago: 90m, 24h, 7d.',
  });
}
