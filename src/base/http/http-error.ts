import { HoldfastError, systemCode } from '#core/errors.ts';

/** An address fit to be shown: without user, password, query and fragment, which may hold secrets. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`.slice(0, 300);
}

const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);
const PROTOCOL = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);
const TLS =
  /^(?:ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS|ERROR_IN_C|INVALID_CA)/;
const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an unknown authority',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
};

/** Node's code of a failed request; of several addresses that were tried, the first one's. */
function codeOf(error: unknown): string {
  const own = systemCode(error);
  if (own !== undefined) return own;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}

/** Failures of one connection that a second try may not meet. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof HoldfastError)) return false;
  return error.code === 'HTTP_INTERRUPTED' || ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(codeOf(error.cause));
}

/** Where a request was going when it failed. */
export interface Route {
  readonly url: URL;
  readonly proxy: URL | undefined;
}

function proxyRefusal(error: unknown): string | undefined {
  return error instanceof Error
    ? /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(error.message)?.[1]
    : undefined;
}

function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

/** The error for a proxy that answers in the server's place. */
export function proxyFailed(route: Route, status: string): HoldfastError {
  const proxy = route.proxy === undefined ? 'the proxy' : `the proxy ${shownUrl(route.proxy)}`;
  return new HoldfastError('HTTP_PROXY', `${shownUrl(route.url)}: ${proxy} answered ${status}`, {
    hint:
      status === '407'
        ? 'Put the user name and password into HTTPS_PROXY.'
        : 'See HTTPS_PROXY, HTTP_PROXY and NO_PROXY.',
  });
}

/** The coded error for a request that got no answer: `HTTP_TIMEOUT`, `HTTP_TLS`, `HTTP_PROXY`, `HTTP_PROTOCOL`, `HTTP_UNREACHABLE`. */
export function requestFailed(error: unknown, route: Route): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const where = shownUrl(route.url);
  const code = codeOf(error);
  const refusal = proxyRefusal(error);
  if (refusal !== undefined) return proxyFailed(route, refusal);
  if (TIMEOUTS.has(code)) {
    return new HoldfastError('HTTP_TIMEOUT', `${where} did not answer in time`, {
      hint: 'Try again later; if a proxy is needed, set HTTPS_PROXY.',
      cause: error,
    });
  }
  const reason = REASONS[code] ?? (code === '' ? 'the request failed' : code);
  if (TLS.test(code)) {
    return new HoldfastError('HTTP_TLS', `No secure connection to ${where}: ${reason}`, {
      hint: 'If its authority is your own, name its certificate in SSL_CERT_FILE; for a test registry there is --insecure.',
      cause: error,
    });
  }
  if (PROTOCOL.has(code) || isParserError(error)) {
    return new HoldfastError('HTTP_PROTOCOL', `${where} did not answer with HTTP that can be read`, {
      hint: 'Check the address and the port.',
      cause: error,
    });
  }
  const through = route.proxy === undefined ? '' : ` through the proxy ${shownUrl(route.proxy)}`;
  return new HoldfastError('HTTP_UNREACHABLE', `${where} cannot be reached${through}: ${reason}`, {
    hint: 'Check the name and the network; if a proxy is needed, set HTTPS_PROXY.',
    cause: error,
  });
}

/** The coded error for a body that broke off: `HTTP_TIMEOUT` when it stalled, else `HTTP_INTERRUPTED`. */
export function bodyFailed(error: unknown, url: URL): HoldfastError {
  if (error instanceof HoldfastError) return error;
  if (TIMEOUTS.has(codeOf(error))) return bodyStalled(url);
  return new HoldfastError('HTTP_INTERRUPTED', `${shownUrl(url)} broke off in the middle of the answer`, {
    hint: 'Try again; the connection was lost.',
    cause: error,
  });
}

export function bodyStalled(url: URL): HoldfastError {
  return new HoldfastError('HTTP_TIMEOUT', `${shownUrl(url)} stopped sending in the middle of the answer`, {
    hint: 'Try again later; the server or the network is too slow.',
  });
}

/** The error for a caller that gave up. */
export function aborted(url: URL): HoldfastError {
  return new HoldfastError('HTTP_ABORTED', `The request to ${shownUrl(url)} was given up`);
}
