import { type EngineEndpoint, formatEndpoint } from '#base/engine/endpoint.ts';
import { findEndpoints } from '#base/engine/find-endpoints.ts';
import { asking, bodyLimitMs, type EnginePatience, silenceLimitMs } from '#base/engine/patience.ts';
import { bodyChunks, send, statusError, wholeBody } from '#base/engine/transport.ts';
import { HoldfastError } from '#core/errors.ts';
import { type JsonObject, optionalString, parseObject } from '#core/oci/json.ts';

/** An engine that answers. Paths are those of the Docker Engine API, without the version. */
export interface Engine {
  /** As `DOCKER_HOST` would name it. */
  readonly address: string;
  /** The version of the API that is spoken with it. */
  readonly apiVersion: string;
  /** Podman answers like Docker, but keeps its images in other ways. */
  readonly podman: boolean;
  /** The body of an answer to GET, undefined for 404. @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED` */
  read(path: string): Promise<Buffer | undefined>;
  /** The same as it arrives, for what is too large to be held. */
  stream(path: string): Promise<EngineStream | undefined>;
}

/** An engine that is also told to do things. What only looks takes an {@link Engine}. */
export interface EngineControl extends Engine {
  /**
   * Sends a POST and gives the answer: below 400, and 404 and 409, which are for the caller to judge.
   * @throws `ENGINE_FAILED`, `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
   */
  post(path: string, options?: PostOptions): Promise<EngineReply>;
  /** The same where the answer is a stream. @throws `ENGINE_FAILED` for every status from 400, and what `post` throws */
  postStream(path: string, options?: PostOptions): Promise<EngineStream>;
  /** Sends a DELETE, and gives the answer as `post` does. @throws what `post` throws */
  remove(path: string): Promise<EngineReply>;
}

export interface PostOptions {
  readonly body?: JsonObject;
  /** How long the engine may be silent. */
  readonly silenceLimitMs?: number;
}

/** An answer to a POST. */
export interface EngineReply {
  readonly status: number;
  readonly body: Buffer;
}

/** A body that passes by. Its loop throws `ENGINE_FAILED` when it is cut off. */
export interface EngineStream extends AsyncIterable<Buffer> {
  /** Gives up the connection, whether or not the end was reached. */
  close(): void;
}

/** The newest version whose answers are known. Engines refuse versions newer than their own, and very old ones. */
const NEWEST_API = [1, 48] as const;
const PING_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 2 * 60_000;
/** Older engines write a whole image to disk before the first byte of an export. */
const STREAM_LIMIT_MS = 15 * 60_000;
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

/**
 * Finds the engine that this environment means (see {@link findEndpoints}) and agrees on a version of the API.
 * @param patience of whoever only looks: `ENGINE_SLOW` is thrown where it is over
 * @throws `ENGINE_UNREACHABLE` that lists what was tried, `ENGINE_DENIED` when sockets are there but closed to this
 * user, `ENGINE_FAILED`, `ENGINE_HOST_INVALID`, `ENGINE_CONFIG_INVALID`, `ENGINE_CONTEXT_NOT_FOUND`
 */
export async function connectEngine(environment: NodeJS.ProcessEnv, patience?: EnginePatience): Promise<EngineControl> {
  const endpoints = findEndpoints(environment);
  const failures: unknown[] = [];
  for (const endpoint of endpoints) {
    try {
      const engine = engineAt(endpoint, await negotiate(endpoint), patience);
      return patience === undefined ? engine : { ...engine, ...asking(engine, patience) };
    } catch (error) {
      failures.push(error);
    }
  }
  const denied = failures.find((error) => error instanceof HoldfastError && error.code !== 'ENGINE_UNREACHABLE');
  if (denied !== undefined) throw denied;
  const [only, ...others] = failures;
  const why = others.length === 0 && only instanceof Error ? only.message : undefined;
  const tried = endpoints.map(formatEndpoint).join(', ');
  throw new HoldfastError('ENGINE_UNREACHABLE', why ?? `No container engine answers; tried ${tried}`, {
    hint: 'Start Docker or Podman (podman system service), or set DOCKER_HOST to where its API is served.',
    cause: only,
  });
}

function engineAt(
  endpoint: EngineEndpoint,
  { apiVersion, podman }: Pick<Engine, 'apiVersion' | 'podman'>,
  patience: EnginePatience | undefined,
): EngineControl {
  const open = async (path: string, usualMs: number) => {
    const limitMs = silenceLimitMs(path, usualMs, patience);
    const response = await send(endpoint, { method: 'GET', path: `/v${apiVersion}${path}` }, limitMs);
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return response;
    const error = await statusError(response, path);
    if (status === 404) return undefined;
    throw error;
  };
  const tell = async (path: string, { body, silenceLimitMs }: PostOptions, limitMs: number) => {
    const call = { method: 'POST' as const, path: `/v${apiVersion}${path}`, ...(body === undefined ? {} : { body }) };
    const response = await send(endpoint, call, silenceLimitMs ?? limitMs);
    return { response, status: response.statusCode ?? 0 };
  };
  return {
    address: formatEndpoint(endpoint),
    apiVersion,
    podman,
    read: async (path) => {
      const response = await open(path, ANSWER_LIMIT_MS);
      return response && wholeBody(response, path, BODY_LIMIT_BYTES, bodyLimitMs(patience));
    },
    stream: async (path) => {
      const response = await open(path, STREAM_LIMIT_MS);
      if (response === undefined) return undefined;
      const chunks = bodyChunks(response, path);
      return { [Symbol.asyncIterator]: () => chunks, close: () => response.destroy() };
    },
    post: async (path, options = {}) => {
      const { response, status } = await tell(path, options, ANSWER_LIMIT_MS);
      if (status >= 400 && status !== 404 && status !== 409) throw await statusError(response, path);
      return { status, body: await wholeBody(response, path, BODY_LIMIT_BYTES) };
    },
    remove: async (path) => {
      const response = await send(endpoint, { method: 'DELETE', path: `/v${apiVersion}${path}` }, ANSWER_LIMIT_MS);
      const status = response.statusCode ?? 0;
      if (status >= 400 && status !== 404 && status !== 409) throw await statusError(response, path);
      return { status, body: await wholeBody(response, path, BODY_LIMIT_BYTES) };
    },
    postStream: async (path, options = {}) => {
      const { response, status } = await tell(path, options, STREAM_LIMIT_MS);
      if (status >= 400) throw await statusError(response, path);
      const chunks = bodyChunks(response, path);
      return { [Symbol.asyncIterator]: () => chunks, close: () => response.destroy() };
    },
  };
}

/** The newest version that both know: the engine says its own in the answer to a ping, else in that to `/version`. */
async function negotiate(endpoint: EngineEndpoint): Promise<Pick<Engine, 'apiVersion' | 'podman'>> {
  const ping = await send(endpoint, { method: 'GET', path: '/_ping' }, PING_LIMIT_MS);
  const header = ping.headers['api-version'];
  if ((ping.statusCode ?? 0) >= 400) throw await statusError(ping, '/_ping');
  await wholeBody(ping, '/_ping', BODY_LIMIT_BYTES);
  const said = typeof header === 'string' ? header : await versionOf(endpoint);
  const match = /^(\d{1,3})\.(\d{1,4})$/.exec(said ?? '');
  if (match === null) {
    throw new HoldfastError('ENGINE_FAILED', `What answers at ${formatEndpoint(endpoint)} is no container engine`, {
      hint: 'It answers a ping without a version of the Docker API. Set DOCKER_HOST to an engine.',
    });
  }
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const newer = major > NEWEST_API[0] || (major === NEWEST_API[0] && minor > NEWEST_API[1]);
  return {
    apiVersion: newer ? NEWEST_API.join('.') : `${major}.${minor}`,
    podman: ping.headers['libpod-api-version'] !== undefined,
  };
}

async function versionOf(endpoint: EngineEndpoint): Promise<string | undefined> {
  const response = await send(endpoint, { method: 'GET', path: '/version' }, PING_LIMIT_MS);
  if ((response.statusCode ?? 0) >= 400) throw await statusError(response, '/version');
  const body = await wholeBody(response, '/version', BODY_LIMIT_BYTES);
  const refuse = (why: string) => new HoldfastError('ENGINE_FAILED', `The engine's version cannot be read: ${why}`);
  return optionalString(parseObject(body, BODY_LIMIT_BYTES, refuse), 'ApiVersion');
}
