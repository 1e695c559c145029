import { describe, expect, it } from 'vitest';
import { type ScheduleProgress, silenceNotification, silentSchedules } from '#notify/silence.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');
const HOUR = 3_600_000;
const schedule = (more: Partial<ScheduleProgress>): ScheduleProgress => ({
  ...{ subject: 'schedule:nightly', withinMs: 26 * HOUR, lastSuccessAt: null, since: '2026-01-01T00:00:00.000Z' },
  ...more,
});

describe('silentSchedules', () => {
  it('names those whose last success is too old', () => {
    const silent = silentSchedules(
      [
        schedule({ subject: 'a', lastSuccessAt: '2026-11-22T01:00:00.000Z' }),
        schedule({ subject: 'b', lastSuccessAt: '2026-11-21T09:00:00.000Z' }),
        schedule({ subject: 'edge', lastSuccessAt: '2026-11-21T10:00:00.000Z' }),
      ],
      NOW,
    );
    expect(silent).toMatchObject([{ subject: 'b', reason: { kind: 'too-old', overdueMs: HOUR } }]);
  });

  it('waits with a schedule that is new, and no longer than allowed', () => {
    expect(silentSchedules([schedule({ since: '2026-11-21T11:00:00.000Z' })], NOW)).toEqual([]);
    expect(silentSchedules([schedule({ since: '2026-11-20T11:00:00.000Z' })], NOW)).toHaveLength(1);
  });

  it('does not trust a success in the future, nor one without a time', () => {
    for (const lastSuccessAt of ['2026-11-23T12:00:00.000Z', 'yesterday']) {
      expect(silentSchedules([schedule({ lastSuccessAt })], NOW)).toMatchObject([{ reason: { kind: 'clock' } }]);
    }
    expect(silentSchedules([schedule({ lastSuccessAt: '2026-11-22T12:03:00.000Z' })], NOW)).toEqual([]);
  });
});

it('says since when', () => {
  const sentences = silentSchedules(
    [schedule({}), schedule({ lastSuccessAt: '2026-11-20T12:00:00.000Z' }), schedule({ lastSuccessAt: 'x' })],
    NOW,
  ).map((silence) => silenceNotification(silence).sentence);
  expect(sentences).toEqual([
    'It has never succeeded, for 324 days longer than allowed',
    'Its last success was at 2026-11-20T12:00:00.000Z, 22 hours longer ago than allowed',
    'Its last success was at x, which is in the future or no time: a clock is wrong',
  ]);
});
