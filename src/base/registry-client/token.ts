import { basicAuthorization } from '#base/http/basic-authorization.ts';
import type { HttpClient } from '#base/http/client.ts';
import { fetchBytes, type HttpRequest } from '#base/http/request.ts';
import type { Challenge } from '#base/registry-client/challenge.ts';
import type { Credentials } from '#base/registry-client/credentials.ts';
import { registryFailed } from '#base/registry-client/registry-error.ts';
import { HoldfastError } from '#core/errors.ts';
import { isObject, optionalString } from '#core/oci/json.ts';

const ANSWER_LIMIT_BYTES = 1024 * 1024;
/** Never more than reading: the token is shown to the registry. */
const PULL_SCOPE = /^repository(?:\([a-z0-9]+\))?:[^\s:]+(?::[^\s:]+)?:pull$/;
const SCOPE_LIMIT = 8;
const TOKEN_SHAPE = /^[\x21-\x7e]{1,65536}$/;

/** Who wants to read what. */
export interface TokenWish {
  /** As the user wrote it. */
  readonly host: string;
  /** Where the registry answers: a token service is never asked with less protection than the registry. */
  readonly base: URL;
  readonly repository: string;
  readonly credentials: Credentials | undefined;
  readonly secrets: readonly string[];
}

function failed(wish: TokenWish, why: string): HoldfastError {
  return new HoldfastError('REGISTRY_FAILED', `${wish.host} asks for a token, but ${why}`, {
    hint: 'The registry does not behave as the specification says.',
  });
}

function realmOf(challenge: Challenge, wish: TokenWish): URL {
  const realm = challenge.parameters.get('realm') ?? '';
  if (!URL.canParse(realm)) throw failed(wish, 'does not say where');
  const url = new URL(realm);
  url.username = '';
  url.password = '';
  if (wish.base.protocol === 'https:' && url.protocol !== 'https:')
    throw failed(wish, 'wants it fetched without encryption');
  return url;
}

/** The scopes to ask for: the one that reading needs and, if that was not enough, what else the registry wants read. */
function scopesOf(challenge: Challenge, wish: TokenWish, widened: boolean): readonly string[] {
  const needed = `repository:${wish.repository}:pull`;
  const asked = widened ? (challenge.parameters.get('scope') ?? '').split(' ') : [];
  return [...new Set([needed, ...asked.filter((scope) => PULL_SCOPE.test(scope)).slice(0, SCOPE_LIMIT)])];
}

function tokenRequest(challenge: Challenge, wish: TokenWish, widened: boolean): HttpRequest {
  const url = realmOf(challenge, wish);
  const service = challenge.parameters.get('service');
  const scopes = scopesOf(challenge, wish, widened);
  const { credentials } = wish;
  if (credentials?.kind === 'identity') {
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: credentials.token,
      client_id: 'holdfast',
      scope: scopes.join(' '),
      ...(service === undefined ? {} : { service }),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    return { url: url.href, method: 'POST', headers, body: form.toString() };
  }
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credentials?.kind !== 'password') return { url: url.href };
  url.searchParams.set('account', credentials.username);
  return { url: url.href, headers: { authorization: basicAuthorization(credentials.username, credentials.password) } };
}

function refused(status: number, body: Buffer, wish: TokenWish): HoldfastError {
  // What a token service says of an identity that is no longer valid (RFC 6749, 5.2).
  const denied = status === 400 && wish.credentials?.kind === 'identity';
  if (denied || status === 401 || status === 403 || status === 429) {
    const asked = { host: wish.host, what: wish.repository, secrets: wish.secrets };
    return registryFailed({ status: denied ? 401 : status, body }, asked);
  }
  return failed(wish, `its token service answers ${status}`);
}

function tokenOf(bytes: Buffer): string | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
  const token = isObject(answer)
    ? (optionalString(answer, 'token') ?? optionalString(answer, 'access_token'))
    : undefined;
  return token !== undefined && TOKEN_SHAPE.test(token) ? token : undefined;
}

/**
 * A token to pull with (distribution's token authentication): GET with Basic or without credentials, POST with an
 * identity token. `widened` also asks for the scope that the challenge names.
 * @throws `REGISTRY_DENIED`, `REGISTRY_RATE_LIMITED`, `REGISTRY_FAILED`, and what requests throw
 */
export async function requestToken(
  http: HttpClient,
  challenge: Challenge,
  wish: TokenWish,
  widened: boolean,
): Promise<string> {
  const request = tokenRequest(challenge, wish, widened);
  const answer = await fetchBytes(http, { ...request, limitBytes: ANSWER_LIMIT_BYTES });
  if (answer.status !== 200) throw refused(answer.status, answer.bytes, wish);
  const token = tokenOf(answer.bytes);
  if (token === undefined) throw failed(wish, 'gives none that can be used');
  return token;
}
