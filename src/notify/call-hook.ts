import { fetchBytes, openRequest } from '#base/http/request.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import type { Answer, SendContext } from '#notify/notifier.ts';

export interface HookCall {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Looks at the first bytes of a good answer; says why it is none after all. */
  readonly check?: (text: string) => string | undefined;
}

const ANSWER_BYTES = 16 * 1024;
const LONGEST_WAIT_S = 86_400;

/** What the codes of the HTTP client mean, without its sentences: those show paths, which are secrets of hooks. */
const REASONS: Readonly<Record<string, string>> = {
  HTTP_UNREACHABLE: 'cannot be reached',
  HTTP_TIMEOUT: 'did not answer in time',
  HTTP_ABORTED: 'did not answer in time',
  HTTP_INTERRUPTED: 'broke off in the middle of the answer',
  HTTP_TLS: 'has no certificate that is trusted here',
  HTTP_PROXY: 'cannot be reached through the proxy',
  HTTP_PROXY_INVALID: 'cannot be reached: the proxy that is set is none',
  HTTP_PROTOCOL: 'did not answer with HTTP',
  HTTP_TOO_LARGE: 'answers without an end',
  HTTP_CA_UNREADABLE: 'cannot be reached: the certificates that SSL_CERT_FILE names cannot be read',
};

const PASSING = new Set(['HTTP_UNREACHABLE', 'HTTP_TIMEOUT', 'HTTP_ABORTED', 'HTTP_INTERRUPTED', 'HTTP_PROXY']);

/** Posts to a hook: once, no redirects, little of the answer read. Never throws what the address can be read from. */
export async function callHook(call: HookCall, { http, signal, now }: SendContext): Promise<Answer> {
  const { url, headers, body, check } = call;
  const { host } = url;
  const request = { url: url.href, method: 'POST' as const, headers, body, signal };
  try {
    if (check === undefined) {
      const response = await openRequest(http, { ...request, limitBytes: ANSWER_BYTES });
      await response.discard();
      return answerOf(host, response.status, response.headers, now());
    }
    const response = await fetchBytes(http, { ...request, limitBytes: ANSWER_BYTES });
    const why = check(response.bytes.toString('utf8'));
    const answer = answerOf(host, response.status, response.headers, now());
    if (answer.kind !== 'taken' || why === undefined) return answer;
    return { kind: 'refused', code: 'NOTIFY_REFUSED', message: `${host} ${why}` };
  } catch (error) {
    const code = error instanceof HoldfastError ? error.code : '';
    const reason = REASONS[code] ?? 'could not be told';
    const system = error instanceof HoldfastError ? systemCode(error.cause) : undefined;
    const message = `${host} ${reason}${system === undefined ? '' : ` (${system})`}`;
    return PASSING.has(code)
      ? { kind: 'later', code: 'NOTIFY_UNREACHABLE', message }
      : { kind: 'refused', code: 'NOTIFY_UNREACHABLE', message, ...hintOf(code) };
  }
}

function hintOf(code: string): { readonly hint?: string } {
  return code === 'HTTP_TLS' ? { hint: 'If its authority is your own, name its certificate in SSL_CERT_FILE.' } : {};
}

function answerOf(host: string, status: number, headers: ReadonlyMap<string, string>, now: Date): Answer {
  if (status >= 200 && status <= 299) return { kind: 'taken' };
  const message = `${host} answers ${status}`;
  if (status === 408 || status === 429 || status >= 500) {
    const afterMs = retryAfterMs(headers.get('retry-after'), now);
    return { kind: 'later', code: 'NOTIFY_UNREACHABLE', message, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  const isElsewhere = status >= 300 && status <= 399;
  const hint = isElsewhere
    ? 'Redirects are not followed: add the target again with the address it has now.'
    : 'Check the address; a hook that was deleted must be made anew.';
  return { kind: 'refused', code: 'NOTIFY_REFUSED', message, hint };
}

/** Retry-After (RFC 9110, 10.2.3): seconds or a date. */
function retryAfterMs(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(0, seconds), LONGEST_WAIT_S) * 1000;
}
