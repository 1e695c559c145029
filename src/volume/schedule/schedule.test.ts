import { describe, expect, it } from 'vitest';
import { dueAt, objectiveHours, retryAfterMs, type When } from '#volume/schedule/due.ts';
import { timeTable } from '#volume/schedule/time-table.ts';

const times = (expression: string, zone: string, after: string, count = 3) => {
  const found: string[] = [];
  for (let at: Date | undefined = new Date(after); found.length < count; ) {
    at = timeTable(expression, zone).next(at);
    if (at === undefined) return [...found, 'never'];
    found.push(at.toISOString().slice(0, 16));
  }
  return found;
};

describe('time tables', () => {
  it('go by the clocks of a zone', () => {
    expect(times('30 3 * * *', 'UTC', '2026-01-01T03:30:00Z', 2)).toEqual(['2026-01-02T03:30', '2026-01-03T03:30']);
    expect(times('30 3 * * *', 'Asia/Kolkata', '2026-01-01T00:00:00Z', 1)).toEqual(['2026-01-01T22:00']);
    expect(times('0 0 13 * fri', 'UTC', '2026-01-01T00:00:00Z', 3)).toEqual([
      '2026-01-02T00:00',
      '2026-01-09T00:00',
      '2026-01-13T00:00',
    ]);
  });

  it('make up for the hour that is missing when clocks are set ahead, once', () => {
    // With a star or a step in them they follow the time that passes: that hour does not.
    expect(times('*/20 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 1)).toEqual(['2026-03-30T00:00']);
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:00',
      '2026-03-30T00:30',
    ]);
  });

  it('are due once in the hour that comes twice, and every hour where they are for every hour', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(times('30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 3)).toEqual([
      '2026-10-25T00:30',
      '2026-10-25T01:30',
      '2026-10-25T02:30',
    ]);
  });

  it('know days that never come', () => {
    expect(times('0 0 30 2 *', 'UTC', '2026-01-01T00:00:00Z')).toEqual(['never']);
  });

  it.each([
    '',
    '* * * *',
    '0 0 * * * *',
    '61 * * * *',
    '2026-01-01T00:00:00',
    '@reboot',
    'x y z a b',
    '*/0 * * * *',
    '*'.repeat(500),
  ])('refuse %j', (expression) => {
    expect(() => timeTable(expression, 'UTC')).toThrow(expect.objectContaining({ code: 'SCHEDULE_CRON_INVALID' }));
  });

  it('refuse zones that nobody knows', () => {
    expect(() => timeTable('@daily', 'Europe/Nowhere')).toThrow(
      expect.objectContaining({ code: 'SCHEDULE_ZONE_UNKNOWN' }),
    );
  });
});

describe('what is due', () => {
  const since = new Date('2026-01-01T00:00:00Z');
  const nightly: When = { kind: 'cron', table: timeTable('0 3 * * *', 'UTC') };
  const sixHours: When = { kind: 'max-age', hours: 6 };

  it('is what was missed, once, however often', () => {
    expect(dueAt({ when: nightly, since, tried: { failures: 0 } })).toEqual(new Date('2026-01-01T03:00:00Z'));
    const doneAt = new Date('2026-01-09T10:00:00Z');
    expect(dueAt({ when: nightly, since, tried: { failures: 0, doneAt } })).toEqual(new Date('2026-01-10T03:00:00Z'));
  });

  it('is at once where there is no snapshot, else before the newest gets too old', () => {
    expect(dueAt({ when: sixHours, since, tried: { failures: 0 } })).toEqual(since);
    const newestAt = new Date('2026-01-01T12:00:00Z');
    expect(dueAt({ when: sixHours, since, newestAt, tried: { failures: 0 } })).toEqual(
      new Date('2026-01-01T17:42:00Z'),
    );
    expect(dueAt({ when: { kind: 'max-age', hours: 720 }, since, newestAt, tried: { failures: 0 } })).toEqual(
      new Date('2026-01-31T11:00:00Z'),
    );
  });

  it('waits after failures, twice as long each time, an hour at most', () => {
    const notBefore = new Date('2026-01-05T00:00:00Z');
    expect(dueAt({ when: nightly, since, tried: { failures: 2, notBefore } })).toEqual(notBefore);
    expect([1, 2, 3, 6, 7, 1000].map((failures) => retryAfterMs(failures) / 60_000)).toEqual([1, 2, 4, 32, 60, 60]);
  });

  it('is promised within its age, or twice the longest of its intervals', () => {
    expect(objectiveHours(sixHours, since)).toBe(6);
    expect(objectiveHours(nightly, since)).toBe(48);
    const weekdays: When = { kind: 'cron', table: timeTable('0 8,20 * * mon-fri', 'UTC') };
    expect(objectiveHours(weekdays, since)).toBe(120);
    expect(objectiveHours({ kind: 'cron', table: timeTable('0 0 30 2 *', 'UTC') }, since)).toBeUndefined();
  });
});
