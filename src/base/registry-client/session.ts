import { basicAuthorization } from '#base/http/basic-authorization.ts';
import type { HttpClient } from '#base/http/client.ts';
import { isLoopback } from '#base/http/loopback.ts';
import { type HttpResponse, openRequest } from '#base/http/request.ts';
import { type Challenge, parseChallenges } from '#base/registry-client/challenge.ts';
import type { Credentials } from '#base/registry-client/credentials.ts';
import { findCredentials } from '#base/registry-client/find-credentials.ts';
import { requestToken } from '#base/registry-client/token.ts';
import { HoldfastError } from '#core/errors.ts';

export interface SessionOptions {
  readonly http: HttpClient;
  /** As in a reference: `docker.io`, `registry.example:5000`. */
  readonly registry: string;
  readonly repository: string;
}

/** Asks one repository, with whatever proof of identity its registry wants. */
export interface RegistrySession {
  readonly registry: string;
  readonly repository: string;
  readonly sleep: (ms: number) => Promise<void>;
  /** GET below `/v2/REPOSITORY/`; any status is an answer. */
  get(path: string, headers: Readonly<Record<string, string>>): Promise<HttpResponse>;
  /** What must not be repeated from an answer. */
  secrets(): readonly string[];
}

const DOCKER_HUB_HOST = 'registry-1.docker.io';
const AUTHORIZATIONS = 2;

/** @throws `REFERENCE_INVALID` for what only looks like a host, for example one with port 99999 */
function schemesFor(host: string, insecure: boolean): readonly ('https' | 'http')[] {
  if (!URL.canParse(`https://${host}`)) {
    throw new HoldfastError('REFERENCE_INVALID', `${JSON.stringify(host)} is no registry's host`, { kind: 'usage' });
  }
  if (isLoopback(new URL(`https://${host}`).hostname)) return ['http', 'https'];
  return insecure ? ['https', 'http'] : ['https'];
}

/**
 * Finds out how the registry is reached (OCI distribution specification, `GET /v2/`): https; on this machine http first,
 * as registries there mostly are; where insecure is allowed, http when https fails.
 */
async function findBase(http: HttpClient, host: string): Promise<{ base: URL; answer: HttpResponse }> {
  const schemes = schemesFor(host, http.insecure);
  const failures: unknown[] = [];
  for (const [index, scheme] of schemes.entries()) {
    const last = index === schemes.length - 1;
    const base = new URL(`${scheme}://${host}`);
    try {
      const answer = await openRequest(http, {
        url: new URL('/v2/', base).href,
        ...(schemes.length > 1 ? { attempts: 1 } : {}),
      });
      // What a server for https says to http.
      if (last || scheme === 'https' || answer.status !== 400) return { base, answer };
      await answer.discard();
    } catch (error) {
      if (error instanceof HoldfastError && error.kind === 'usage') throw error;
      // Whoever takes a plain request and says nothing to it will not say more to TLS.
      if (scheme === 'http' && error instanceof HoldfastError && error.code === 'HTTP_TIMEOUT') throw error;
      failures.push(error);
    }
  }
  throw failures.find((error) => error instanceof HoldfastError && error.code === 'HTTP_TLS') ?? failures[0];
}

function secretsOf(credentials: Credentials | undefined): readonly string[] {
  if (credentials === undefined) return [];
  if (credentials.kind !== 'password') return [credentials.token];
  const { username, password } = credentials;
  return [password, basicAuthorization(username, password).slice('Basic '.length)];
}

/** Nothing is asked before the first `get`. */
export function createSession(options: SessionOptions): RegistrySession {
  const { http, registry, repository } = options;
  const host = registry === 'docker.io' ? DOCKER_HUB_HOST : registry;
  let base: Promise<URL> | undefined;
  let credentials: Promise<Credentials | undefined> | undefined;
  let authorization: string | undefined;
  let secrets: readonly string[] = [];

  const ownCredentials = async () => {
    credentials ??= findCredentials(registry, repository, http.environment);
    const own = await credentials;
    secrets = secretsOf(own);
    return own;
  };

  /** Sets `authorization` to what the challenges ask for; false when nothing new can be offered. */
  const authorize = async (challenges: readonly Challenge[], where: URL): Promise<boolean> => {
    const own = await ownCredentials();
    const bearer = challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm'));
    const before = authorization;
    if (own?.kind === 'bearer') authorization = `Bearer ${own.token}`;
    else if (bearer !== undefined) {
      const wish = { host: registry, base: where, repository, credentials: own, secrets };
      const token = await requestToken(http, bearer, wish, before !== undefined);
      secrets = [...secrets, token];
      authorization = `Bearer ${token}`;
    } else if (own?.kind === 'password' && challenges.some(({ scheme }) => scheme === 'basic')) {
      authorization = basicAuthorization(own.username, own.password);
    }
    return authorization !== before;
  };

  const connect = async (): Promise<URL> => {
    const found = await findBase(http, host);
    const { status, url, headers } = found.answer;
    // Only the registry itself may ask who we are, not where it sends us.
    if (status === 401 && url.origin === found.base.origin) {
      await authorize(parseChallenges(headers.get('www-authenticate') ?? ''), found.base);
    }
    await found.answer.discard();
    return found.base;
  };

  return {
    registry,
    repository,
    sleep: http.sleep,
    secrets: () => secrets,
    get: async (path, headers) => {
      base ??= connect();
      const where = await base;
      const url = new URL(`/v2/${repository}/${path}`, where).href;
      for (let count = 0; ; count += 1) {
        const proof = authorization === undefined ? {} : { authorization };
        const response = await openRequest(http, { url, headers: { ...headers, ...proof } });
        if (response.status !== 401 || response.url.origin !== where.origin || count === AUTHORIZATIONS)
          return response;
        const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '');
        if (!(await authorize(challenges, where))) return response;
        await response.discard();
      }
    },
  };
}
