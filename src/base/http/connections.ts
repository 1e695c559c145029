import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { basicFromUrl } from '#base/http/basic-authorization.ts';
import { extraCertificates, nodeExtraCertificates } from '#base/http/certificates.ts';

import { aborted } from '#base/http/http-error.ts';

/** How long each part of an exchange may take. */
export interface HttpTimeouts {
  readonly connectMs: number;
  /** From the request's end to the answer's headers. */
  readonly headersMs: number;
  /** Between two chunks of the body. */
  readonly stallMs: number;
}

export interface ConnectionOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Certificates are not checked. */
  readonly insecure: boolean;
  readonly timeouts: HttpTimeouts;
  /** Further authorities (PEM) for one host with its port. */
  readonly hostCertificates: (host: string) => readonly string[];
}

/** Opens connections and keeps them for the next request. */
export interface Connections {
  /** @throws `HTTP_ABORTED` once closed, `HTTP_CA_UNREADABLE` */
  dispatcherFor(url: URL, proxy: URL | undefined): Promise<Dispatcher>;
  close(): Promise<void>;
}

type Undici = typeof import('undici');

function makeDispatcher(
  undici: Undici,
  options: ConnectionOptions,
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
  if (proxy === undefined) return new undici.Agent({ ...waits, connect });
  const token = basicFromUrl(proxy);
  return new undici.ProxyAgent({
    ...waits,
    uri: proxy.origin,
    requestTls: connect,
    proxyTls: connect,
    // Without this, plain http would need a proxy that tunnels to port 80, which many refuse.
    proxyTunnel: false,
    clientFactory: (origin, own) => new undici.Pool(origin, { ...own, ...waits }),
    ...(token === undefined ? {} : { token }),
  });
}

/** Connections are made, and the certificates of the environment read, when they are first needed. */
export function createConnections(options: ConnectionOptions): Connections {
  const dispatchers = new Map<string, Dispatcher>();
  const contexts = new Map<string, SecureContext>();
  let trusted: readonly string[] | undefined;
  let closed = false;

  const contextFor = (url: URL): { key: string; context: SecureContext | undefined } => {
    if (url.protocol !== 'https:' || options.insecure) return { key: '', context: undefined };
    const own = options.hostCertificates(url.host);
    trusted ??= extraCertificates(options.environment);
    if (own.length === 0 && trusted.length === 0) return { key: '', context: undefined };
    const key = own.length === 0 ? 'extra' : url.host;
    let context = contexts.get(key);
    if (context === undefined) {
      const ca = [...rootCertificates, ...nodeExtraCertificates(options.environment), ...trusted, ...own];
      context = createSecureContext({ ca });
      contexts.set(key, context);
    }
    return { key, context };
  };

  return {
    dispatcherFor: async (url, proxy) => {
      const { key, context } = contextFor(url);
      const name = `${proxy?.href ?? ''} ${key}`;
      const known = dispatchers.get(name);
      if (known !== undefined) return known;
      const undici = await import('undici');
      if (closed) throw aborted(url);
      const made = dispatchers.get(name) ?? makeDispatcher(undici, options, proxy, context);
      dispatchers.set(name, made);
      return made;
    },
    close: async () => {
      closed = true;
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
      dispatchers.clear();
    },
  };
}
