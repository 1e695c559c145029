import { expect, test } from 'vitest';
import { retryDelayMs } from '#base/http/retry.ts';
import type { HttpResponse } from '#base/http/send.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
function answer(status: number, retryAfter?: string): HttpResponse {
  const headers = new Map(retryAfter === undefined ? [] : [['retry-after', retryAfter]]);
  return {
    url: new URL('https://a.example/'),
    status,
    headers,
    body: (async function* () {})(),
    discard: async () => {},
  };
}

test('pauses double from half a second', () => {
  expect([1, 2, 3].map((attempt) => retryDelayMs(undefined, attempt, NOW))).toEqual([500, 1000, 2000]);
  expect(retryDelayMs(answer(503), 2, NOW)).toBe(1000);
  expect(retryDelayMs(undefined, 50, NOW)).toBe(20_000);
});

test('Retry-After is kept to, in seconds and as a date, and is never shorter than the pause', () => {
  expect(retryDelayMs(answer(429, '7'), 1, NOW)).toBe(7000);
  expect(retryDelayMs(answer(429, 'Thu, 01 Jan 2026 00:00:05 GMT'), 1, NOW)).toBe(5000);
  expect(retryDelayMs(answer(429, '0'), 1, NOW)).toBe(500);
  expect(retryDelayMs(answer(429, 'soon'), 1, NOW)).toBe(500);
});

test('a server that asks for long patience is not asked again', () => {
  expect(retryDelayMs(answer(429, '3600'), 1, NOW)).toBeUndefined();
});

test('a final status is not asked for again', () => {
  for (const status of [200, 206, 304, 401, 403, 404, 416, 501])
    expect(retryDelayMs(answer(status), 1, NOW)).toBeUndefined();
});
