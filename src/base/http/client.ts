import { setTimeout as delay } from 'node:timers/promises';
import { type Connections, createConnections } from '#base/http/connections.ts';
import type { HttpTimeouts } from '#base/http/dispatcher.ts';

export interface HttpOptions {
  /** HTTP_PROXY, HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR, NODE_EXTRA_CA_CERTS are read from it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Allows plain http to any host, and does not check certificates. */
  readonly insecure?: boolean;
  readonly timeouts?: Partial<HttpTimeouts>;
  /** Further authorities (PEM) for one host with its port. */
  readonly hostCertificates?: (host: string) => readonly string[];
  /** Authorities (PEM) that are trusted instead of the usual ones and those that the environment names. */
  readonly authorities?: () => readonly string[] | undefined;
  /** Waits between two tries. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** What requests share: connections, proxies, certificates, patience. */
export interface HttpClient {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly insecure: boolean;
  readonly connections: Connections;
  /** Until an answer's headers are there, whatever the server sends meanwhile. */
  readonly headDeadlineMs: number;
  readonly sleep: (ms: number) => Promise<void>;
  close(): Promise<void>;
}

const TIMEOUTS: HttpTimeouts = { connectMs: 10_000, headersMs: 30_000, stallMs: 20_000 };

/** Nothing is opened or read before the first request. */
export function createHttpClient(options: HttpOptions): HttpClient {
  const insecure = options.insecure ?? false;
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const connections = createConnections({
    environment: options.environment,
    insecure,
    timeouts,
    hostCertificates: options.hostCertificates ?? (() => []),
    authorities: options.authorities ?? (() => undefined),
  });
  return {
    environment: options.environment,
    insecure,
    connections,
    // A proxy has its own connection and its own answer.
    headDeadlineMs: 2 * (timeouts.connectMs + timeouts.headersMs),
    sleep: options.sleep ?? (async (ms) => void (await delay(ms))),
    close: connections.close,
  };
}
