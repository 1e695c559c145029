import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type EngineEndpoint, formatEndpoint } from '#base/engine/endpoint.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import type { JsonObject } from '#core/oci/json.ts';

const CONNECT_LIMIT_MS = 10_000;
const ERROR_LIMIT_BYTES = 64 * 1024;

/** A request to an engine. */
interface EngineCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: JsonObject;
}

function options(endpoint: EngineEndpoint, { method, path }: EngineCall, body: Buffer | undefined): RequestOptions {
  const content = body && { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
  const headers = { Host: 'docker', 'User-Agent': 'holdfast', ...content };
  const shared = { method, path, agent: false as const, headers };
  if (endpoint.kind === 'unix') return { ...shared, socketPath: endpoint.path };
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
  const tls = endpoint.tls && {
    ca: read(endpoint.tls.ca),
    cert: read(endpoint.tls.certificate),
    key: read(endpoint.tls.key),
  };
  return { ...shared, host: endpoint.host, port: endpoint.port, ...tls };
}

function connectionError(endpoint: EngineEndpoint, error: unknown): HoldfastError {
  const where = formatEndpoint(endpoint);
  const code = systemCode(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return new HoldfastError('ENGINE_DENIED', `This user may not talk to the engine at ${where}`, {
      hint: 'Run this as root (sudo), or as a member of the group that owns the socket, usually docker.',
      cause: error,
    });
  }
  const why = code === 'ENOENT' ? 'no such socket' : error instanceof Error ? error.message : String(error);
  return new HoldfastError('ENGINE_UNREACHABLE', `No engine answers at ${where}: ${why}`, { cause: error });
}

/**
 * Sends a request and gives the answer, whatever its status; its body has not been read. An engine that is silent for
 * longer than `silenceLimitMs`, before or during its answer, is given up.
 * @throws `ENGINE_UNREACHABLE`, `ENGINE_DENIED`
 */
export function send(endpoint: EngineEndpoint, asked: EngineCall, silenceLimitMs: number): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const start = endpoint.kind === 'tcp' && endpoint.tls !== undefined ? tlsRequest : plainRequest;
    const fail = (error: unknown) => reject(connectionError(endpoint, error));
    try {
      const body = asked.body && Buffer.from(JSON.stringify(asked.body));
      const call = start(options(endpoint, asked, body), resolve);
      const connecting = setTimeout(() => call.destroy(new Error('it did not answer in time')), CONNECT_LIMIT_MS);
      call.on('socket', (socket) => {
        if (socket.connecting) socket.on('connect', () => clearTimeout(connecting));
        else clearTimeout(connecting);
      });
      call.setTimeout(silenceLimitMs, () => call.destroy(new Error('it stopped answering')));
      call.on('close', () => clearTimeout(connecting));
      call.on('error', fail);
      call.end(body);
    } catch (error) {
      fail(error);
    }
  });
}

/** The chunks of an answer. Ending the loop early closes the connection. @throws `ENGINE_FAILED` when it is cut off */
export async function* bodyChunks(response: IncomingMessage, what: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of response) yield chunk as Buffer;
  } catch (error) {
    throw new HoldfastError('ENGINE_FAILED', `The engine's answer was cut off: ${what}`, {
      hint: 'Look at the engine: was it restarted, is its disk full?',
      cause: error,
    });
  } finally {
    response.destroy();
  }
}

/** A body that is no stream is there by then, or what sends it is no engine that works. */
const BODY_LIMIT_MS = 5 * 60_000;

/** A whole body. @throws `ENGINE_FAILED` when it is cut off, longer than `limitBytes`, or not there within `limitMs` */
export async function wholeBody(
  response: IncomingMessage,
  what: string,
  limitBytes: number,
  limitMs = BODY_LIMIT_MS,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  const late = new Error(`it was not whole after ${limitMs / 1000} seconds`);
  const timer = setTimeout(() => response.destroy(late), limitMs);
  try {
    for await (const chunk of bodyChunks(response, what)) {
      sizeBytes += chunk.length;
      if (sizeBytes > limitBytes) {
        throw new HoldfastError('ENGINE_FAILED', `The engine's answer is longer than ${limitBytes} bytes: ${what}`);
      }
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks, sizeBytes);
}

/** The error that an answer with a status of 400 and above stands for: `ENGINE_FAILED` with what the engine said. */
export async function statusError(response: IncomingMessage, what: string): Promise<HoldfastError> {
  const body = await wholeBody(response, what, ERROR_LIMIT_BYTES).catch(() => Buffer.alloc(0));
  return new HoldfastError('ENGINE_FAILED', `The engine answered ${response.statusCode} to ${what}: ${said(body)}`);
}

function said(body: Buffer): string {
  const text = body.toString('utf8');
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'message' in parsed && typeof parsed.message === 'string') {
      return shown(parsed.message);
    }
  } catch {
    // Proxies in front of an engine answer in plain text.
  }
  return text === '' ? 'nothing more' : shown(text);
}

function shown(text: string): string {
  return text
    .slice(0, 500)
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .trim();
}
