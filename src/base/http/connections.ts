import { createSecureContext, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { besideUsual, extraCertificates } from '#base/http/certificates.ts';
import type { DispatcherOptions } from '#base/http/dispatcher.ts';
import { aborted } from '#base/http/http-error.ts';

export interface ConnectionOptions extends DispatcherOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Further authorities (PEM) for one host with its port. */
  readonly hostCertificates: (host: string) => readonly string[];
  /** Authorities (PEM) instead of all others; undefined where the usual ones are right. Asked once. */
  readonly authorities: () => readonly string[] | undefined;
}

/** Opens connections and keeps them for the next request. */
export interface Connections {
  /** @throws `HTTP_ABORTED` once closed, `HTTP_CA_UNREADABLE` */
  dispatcherFor(url: URL, proxy: URL | undefined): Promise<Dispatcher>;
  close(): Promise<void>;
}

/** Connections are made, and the certificates of the environment read, when they are first needed. */
export function createConnections(options: ConnectionOptions): Connections {
  const dispatchers = new Map<string, Dispatcher>();
  const contexts = new Map<string, SecureContext>();
  let trusted: readonly string[] | undefined;
  let only: SecureContext | undefined | null = null;
  let closed = false;

  const contextFor = (url: URL): { key: string; context: SecureContext | undefined } => {
    if (url.protocol !== 'https:' || options.insecure) return { key: '', context: undefined };
    if (only === null) only = contextOf(options.authorities());
    if (only !== undefined) return { key: 'only these', context: only };
    const own = options.hostCertificates(url.host);
    trusted ??= extraCertificates(options.environment);
    if (own.length === 0 && trusted.length === 0) return { key: '', context: undefined };
    const key = own.length === 0 ? 'extra' : url.host;
    let context = contexts.get(key);
    if (context === undefined) {
      context = createSecureContext({ ca: [...besideUsual(options.environment, [...trusted, ...own])] });
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
      const { makeDispatcher } = await import('#base/http/dispatcher.ts');
      if (closed) throw aborted(url);
      const made = dispatchers.get(name) ?? makeDispatcher(options, proxy, context);
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

function contextOf(authorities: readonly string[] | undefined): SecureContext | undefined {
  return authorities === undefined ? undefined : createSecureContext({ ca: [...authorities] });
}
