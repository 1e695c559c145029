import type { HttpResponse } from '#base/http/send.ts';

const RETRIED = new Set([429, 500, 502, 503, 504]);
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 20_000;

/** Retry-After in milliseconds (RFC 9110, 10.2.3): seconds or a date; undefined for anything else. */
function retryAfterMs(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

/**
 * How long to wait before the next try; undefined when another try is of no use: the status is final, or the server
 * asks for more patience than a command line has. Without an answer the pauses double from half a second.
 */
export function retryDelayMs(response: HttpResponse | undefined, attempt: number, now: Date): number | undefined {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS);
  if (response === undefined) return pause;
  if (!RETRIED.has(response.status)) return undefined;
  const asked = retryAfterMs(response.headers.get('retry-after'), now);
  if (asked === undefined) return pause;
  return asked > LONGEST_PAUSE_MS ? undefined : Math.max(asked, pause);
}
