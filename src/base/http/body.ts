import type { Readable } from 'node:stream';
import { bodyFailed, bodyStalled, shownUrl } from '#base/http/http-error.ts';
import { HoldfastError } from '#core/errors.ts';

export interface BodyLimits {
  /** More is refused. */
  readonly limitBytes: number;
  /** After this much time spent waiting for the server, it must have sent at least a kilobyte a second. */
  readonly paceWindowMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

const LOWEST_BYTES_PER_MS = 1;

/**
 * A body's chunks, read once. Only the time spent waiting for the server counts, not what the reader does between
 * chunks. Leaving early closes the connection.
 * @throws `HTTP_TOO_LARGE`, `HTTP_TIMEOUT` for a body that stalls or drips, `HTTP_INTERRUPTED`
 */
export async function* readBody(body: Readable, url: URL, limits: BodyLimits): AsyncGenerator<Buffer, void, undefined> {
  let total = 0;
  let windowBytes = 0;
  let waitedMs = 0;
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const asked = limits.now();
      const next = await chunks.next();
      if (next.done === true) return;
      const chunk = next.value as Buffer;
      total += chunk.length;
      if (total > limits.limitBytes) throw tooLarge(url, limits.limitBytes);
      windowBytes += chunk.length;
      waitedMs += limits.now() - asked;
      if (waitedMs >= limits.paceWindowMs) {
        if (windowBytes < waitedMs * LOWEST_BYTES_PER_MS) throw bodyStalled(url);
        windowBytes = 0;
        waitedMs = 0;
      }
      yield chunk;
    }
  } catch (error) {
    throw bodyFailed(error, url);
  } finally {
    body.destroy();
  }
}

export function tooLarge(url: URL, limitBytes: number): HoldfastError {
  return new HoldfastError('HTTP_TOO_LARGE', `${shownUrl(url)} sends more than the limit of ${limitBytes} bytes`, {
    hint: 'This is not what was asked for: check the address.',
  });
}
