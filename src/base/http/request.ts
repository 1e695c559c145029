import { performance } from 'node:perf_hooks';
import { basicFromUrl } from '#base/http/basic-authorization.ts';
import { tooLarge } from '#base/http/body.ts';
import type { HttpClient } from '#base/http/client.ts';
import { bodyStalled, isTransient } from '#base/http/http-error.ts';
import { sendFollowing } from '#base/http/redirect.ts';
import { retryDelayMs } from '#base/http/retry.ts';
import { type Exchange, type HttpMethod, type HttpResponse, isSafe } from '#base/http/send.ts';
import { HoldfastError } from '#core/errors.ts';

export type { HttpResponse } from '#base/http/send.ts';

export interface HttpRequest {
  /** A user and password in it become Basic authorisation. */
  readonly url: string;
  /** GET unless said otherwise. */
  readonly method?: HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Most bytes of the answer's body; no limit unless said. */
  readonly limitBytes?: number;
  /** How often the request is sent at most, 4 unless said otherwise; only GET and HEAD are repeated. */
  readonly attempts?: number;
  /** Redirects are followed `anywhere` unless said otherwise, or only within the same `origin`. */
  readonly follow?: 'anywhere' | 'origin';
  readonly signal?: AbortSignal;
}

const ATTEMPTS = 4;
const WHOLE_BODY_MS = 300_000;
const USER_AGENT = 'holdfast';

function exchangeOf(request: HttpRequest): Exchange {
  if (!URL.canParse(request.url)) {
    throw new HoldfastError('HTTP_URL_INVALID', `${JSON.stringify(request.url.slice(0, 200))} is not an address`, {
      hint: 'Write it as https://host/path.',
    });
  }
  const url = new URL(request.url);
  const authorization = basicFromUrl(url);
  url.username = '';
  url.password = '';
  return {
    method: request.method ?? 'GET',
    url,
    headers: {
      'user-agent': USER_AGENT,
      // Digests and sizes are those of the bytes as stored.
      'accept-encoding': 'identity',
      ...(authorization === undefined ? {} : { authorization }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { body: request.body }),
    limitBytes: request.limitBytes ?? Number.MAX_SAFE_INTEGER,
    ...(request.follow === undefined ? {} : { follow: request.follow }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
}

/**
 * Sends a request: proxies and authorities from the environment, timeouts, redirects ({@link sendFollowing}). GET and
 * HEAD are sent again after 429, 5xx and broken connections, with growing pauses or the server's Retry-After. Any
 * status is an answer, not an error; the body has not been read yet.
 * @throws `HTTP_UNREACHABLE`, `HTTP_TIMEOUT`, `HTTP_TLS`, `HTTP_PROXY`, `HTTP_PROXY_INVALID`, `HTTP_PROTOCOL`,
 * `HTTP_REDIRECT`, `HTTP_INSECURE`, `HTTP_URL_INVALID`, `HTTP_CA_UNREADABLE`, `HTTP_ABORTED`
 */
export async function openRequest(client: HttpClient, request: HttpRequest): Promise<HttpResponse> {
  const exchange = exchangeOf(request);
  const attempts = isSafe(exchange.method) ? (request.attempts ?? ATTEMPTS) : 1;
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= attempts;
    let response: HttpResponse | undefined;
    try {
      response = await sendFollowing(client, exchange);
    } catch (error) {
      if (last || !isTransient(error)) throw error;
    }
    const waitMs = retryDelayMs(response, attempt, new Date());
    if (response !== undefined) {
      if (last || waitMs === undefined) return response;
      await response.discard();
    }
    await client.sleep(waitMs ?? 0);
  }
}

/** A whole answer. */
export interface FetchedBytes {
  readonly url: URL;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/**
 * Reads an answer's body whole, within five minutes.
 * @throws `HTTP_TOO_LARGE`, `HTTP_TIMEOUT`, `HTTP_INTERRUPTED`
 */
export async function readWhole(response: HttpResponse, limitBytes: number): Promise<Buffer> {
  const begun = performance.now();
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of response.body) {
    total += chunk.length;
    if (total > limitBytes) throw tooLarge(response.url, limitBytes);
    if (performance.now() - begun > WHOLE_BODY_MS) throw bodyStalled(response.url);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, total);
}

/**
 * Sends a request and reads the body whole; a body that breaks off is asked for once more.
 * @throws as {@link openRequest} and {@link readWhole}
 */
export async function fetchBytes(
  client: HttpClient,
  request: HttpRequest & { readonly limitBytes: number },
): Promise<FetchedBytes> {
  for (let again = isSafe(request.method ?? 'GET'); ; again = false) {
    const response = await openRequest(client, request);
    const { url, status, headers } = response;
    try {
      return { url, status, headers, bytes: await readWhole(response, request.limitBytes) };
    } catch (error) {
      if (!again || !isTransient(error)) throw error;
    }
  }
}
