import type { HttpClient } from '#base/http/client.ts';
import { shownUrl } from '#base/http/http-error.ts';
import { type Exchange, type HttpResponse, isSafe, send } from '#base/http/send.ts';
import { HoldfastError } from '#core/errors.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const REDIRECT_LIMIT = 5;
const SECRETS = new Set(['authorization', 'cookie', 'proxy-authorization']);

function refused(from: URL, why: string): HoldfastError {
  return new HoldfastError('HTTP_REDIRECT', `${shownUrl(from)} sends the request elsewhere: ${why}`, {
    hint: 'The server is set up wrongly, or is not what it claims to be.',
  });
}

function target(from: URL, location: string): URL {
  if (!URL.canParse(location, from.href)) throw refused(from, 'to no address');
  const to = new URL(location, from);
  // Taken from the server, so it says nothing about who we are.
  to.username = '';
  to.password = '';
  if (from.protocol === 'https:' && to.protocol !== 'https:') throw refused(from, `from https down to ${shownUrl(to)}`);
  return to;
}

/**
 * Sends a request and follows at most five redirects of GET and HEAD. Credentials never go to another origin, and
 * https never goes down to http; another origin is refused where the request says so. Answers to other methods are given as they come.
 * @throws `HTTP_REDIRECT` and what {@link send} throws
 */
export async function sendFollowing(client: HttpClient, first: Exchange): Promise<HttpResponse> {
  let exchange = first;
  for (let count = 0; ; count += 1) {
    const response = await send(client, exchange);
    const location = response.headers.get('location');
    if (!isSafe(exchange.method) || !REDIRECTS.has(response.status) || location === undefined) return response;
    await response.discard();
    if (count === REDIRECT_LIMIT) throw refused(first.url, `more than ${REDIRECT_LIMIT} times`);
    const url = target(exchange.url, location);
    if (first.follow === 'origin' && url.origin !== first.url.origin) throw refused(first.url, `to ${shownUrl(url)}`);
    const headers =
      url.origin === exchange.url.origin
        ? exchange.headers
        : Object.fromEntries(Object.entries(exchange.headers).filter(([name]) => !SECRETS.has(name.toLowerCase())));
    exchange = { ...exchange, url, headers };
  }
}
