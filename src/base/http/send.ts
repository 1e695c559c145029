import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { readBody } from '#base/http/body.ts';
import type { HttpClient } from '#base/http/client.ts';
import { aborted, proxyFailed, requestFailed, shownUrl } from '#base/http/http-error.ts';
import { isLoopback } from '#base/http/loopback.ts';
import { proxyFor } from '#base/http/proxy.ts';
import { HoldfastError } from '#core/errors.ts';

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT';

/** Whether asking twice changes nothing. */
export function isSafe(method: HttpMethod): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** One exchange: no redirects, no second try. */
export interface Exchange {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the answer's body. */
  readonly limitBytes: number;
  /** `origin`: a redirect to another scheme, host or port is refused. */
  readonly follow?: 'anywhere' | 'origin';
  readonly signal?: AbortSignal;
}

/** An answer whose body has not been read yet: read it or discard it. */
export interface HttpResponse {
  /** What answered, after redirects. */
  readonly url: URL;
  readonly status: number;
  /** Names in lower case; a header that came several times is joined with commas. */
  readonly headers: ReadonlyMap<string, string>;
  /** Readable once. @throws `HTTP_TOO_LARGE`, `HTTP_TIMEOUT`, `HTTP_INTERRUPTED` */
  readonly body: AsyncIterable<Buffer>;
  /** Lets go of the body; the connection is kept if little is left. */
  discard(): Promise<void>;
}

const PACE_WINDOW_MS = 30_000;
const DISCARD_LIMIT_BYTES = 32 * 1024;
const DISCARD_WAIT_MS = 1_000;

/** @throws `HTTP_URL_INVALID`, `HTTP_INSECURE` for plain http that leaves this machine unasked */
function checkUrl(client: HttpClient, url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new HoldfastError('HTTP_URL_INVALID', `${shownUrl(url)} is not an http or https address`, {
      hint: 'Write it as https://host/path.',
    });
  }
  if (url.protocol === 'http:' && !client.insecure && !isLoopback(url.hostname)) {
    throw new HoldfastError('HTTP_INSECURE', `${shownUrl(url)} would be fetched without encryption`, {
      hint: 'Use https; if there is no other way, allow it with --insecure.',
    });
  }
}

function headerMap(headers: Dispatcher.ResponseData['headers']): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

async function discardBody(body: Dispatcher.ResponseData['body']): Promise<void> {
  try {
    await body.dump({ limit: DISCARD_LIMIT_BYTES, signal: AbortSignal.timeout(DISCARD_WAIT_MS) });
  } catch {
    body.destroy();
  }
}

/**
 * Ends a request whose answer does not begin in time. The library's own timeout starts anew with every informational
 * answer, of which a hostile server may send any number.
 */
function headLimit(deadlineMs: number, given: AbortSignal | undefined): { signal: AbortSignal; over: () => void } {
  const controller = new AbortController();
  const late = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
  const timer = setTimeout(() => controller.abort(late), deadlineMs);
  const signal = given === undefined ? controller.signal : AbortSignal.any([given, controller.signal]);
  return { signal, over: () => clearTimeout(timer) };
}

/** Sends one request. @throws what {@link requestFailed} makes, `HTTP_URL_INVALID`, `HTTP_INSECURE`, `HTTP_ABORTED` */
export async function send(client: HttpClient, exchange: Exchange): Promise<HttpResponse> {
  const { url, signal } = exchange;
  checkUrl(client, url);
  const proxy = proxyFor(url, client.environment);
  const dispatcher = await client.connections.dispatcherFor(url, proxy);
  const limit = headLimit(client.headDeadlineMs, signal);
  let data: Dispatcher.ResponseData;
  try {
    data = await dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: exchange.method,
      headers: { ...exchange.headers },
      ...(exchange.body === undefined ? {} : { body: exchange.body }),
      signal: limit.signal,
    });
  } catch (error) {
    throw signal?.aborted ? aborted(url) : requestFailed(error, { url, proxy });
  } finally {
    limit.over();
  }
  const body: Readable = data.body;
  // A body that fails before anyone reads it must not end the process; whoever reads it later still meets the error.
  body.on('error', () => undefined);
  if (data.statusCode === 407 && proxy !== undefined) {
    body.destroy();
    throw proxyFailed({ url, proxy }, '407');
  }
  const now = () => performance.now();
  return {
    url,
    status: data.statusCode,
    headers: headerMap(data.headers),
    body: readBody(body, url, { limitBytes: exchange.limitBytes, paceWindowMs: PACE_WINDOW_MS, now }),
    discard: () => discardBody(data.body),
  };
}
