import { expect, it } from 'vitest';
import { readMoment } from './read-moment.ts';

const NOW = new Date('2026-11-22T12:00:00.000Z');

it.each([
  ['90m', '2026-11-22T10:30:00.000Z'],
  ['24h', '2026-11-21T12:00:00.000Z'],
  ['7d', '2026-11-15T12:00:00.000Z'],
  ['2w', '2026-11-08T12:00:00.000Z'],
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['2026-11-22T10:00', '2026-11-22T10:00:00.000Z'],
  ['2026-11-22 10:00:30', '2026-11-22T10:00:30.000Z'],
  ['2026-11-22T10:00+02:00', '2026-11-22T08:00:00.000Z'],
  ['2026-11-22T10:00:00.123456Z', '2026-11-22T10:00:00.123Z'],
])('%s is %s', (text, moment) => {
  expect(readMoment(text, NOW)).toBe(moment);
});

it.each(['', 'yesterday', '24', '-1d', '2026-13-01', '2026-11-22T25:00', '9999999d', '2026-11-22T10:00:00Zx'])(
  '%j is no time',
  (text) => {
    expect(() => readMoment(text, NOW)).toThrow(expect.objectContaining({ code: 'TIME_INVALID', kind: 'usage' }));
  },
);
