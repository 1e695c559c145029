import type { SecureContext } from 'node:tls';
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { basicFromUrl } from '#base/http/basic-authorization.ts';

// The only file that loads undici, so that whoever sends no request does not pay for it. Its imports are static because
// the bundler cannot see the names of a CommonJS module that is imported by a call.

/** How long each part of an exchange may take. */
export interface HttpTimeouts {
  readonly connectMs: number;
  /** From the request's end to the answer's headers. */
  readonly headersMs: number;
  /** Between two chunks of the body. */
  readonly stallMs: number;
}

export interface DispatcherOptions {
  /** Certificates are not checked. */
  readonly insecure: boolean;
  readonly timeouts: HttpTimeouts;
}

/** A pool of connections, direct or through a proxy, with the timeouts and certificates of the options. */
export function makeDispatcher(
  options: DispatcherOptions,
  proxy: URL | undefined,
  context: SecureContext | undefined,
): Dispatcher {
  const { timeouts } = options;
  const connect = {
    timeout: timeouts.connectMs,
    rejectUnauthorized: !options.insecure,
    ...(context === undefined ? {} : { secureContext: context }),
  };
  const waits = { headersTimeout: timeouts.headersMs, bodyTimeout: timeouts.stallMs };
  if (proxy === undefined) return new Agent({ ...waits, connect });
  const token = basicFromUrl(proxy);
  return new ProxyAgent({
    ...waits,
    uri: proxy.origin,
    requestTls: connect,
    proxyTls: connect,
    // Without this, plain http would need a proxy that tunnels to port 80, which many refuse.
    proxyTunnel: false,
    clientFactory: (origin, own) => new Pool(origin, { ...own, ...waits }),
    ...(token === undefined ? {} : { token }),
  });
}
