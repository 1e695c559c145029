import { isIP } from 'node:net';
import { isLoopback } from '#base/http/loopback.ts';
import { HoldfastError } from '#core/errors.ts';

/** Files of a client certificate and of the authority that the engine's certificate must come from. */
export interface EngineTls {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** Where an engine's API is served. */
export type EngineEndpoint =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: EngineTls };

/** The endpoint as `DOCKER_HOST` would name it. */
export function formatEndpoint(endpoint: EngineEndpoint): string {
  if (endpoint.kind === 'unix') return `unix://${endpoint.path}`;
  const host = isIP(endpoint.host) === 6 ? `[${endpoint.host}]` : endpoint.host;
  return `tcp://${host}:${endpoint.port}`;
}

function refused(text: string, why: string, hint: string): HoldfastError {
  const shown = JSON.stringify(text.slice(0, 200));
  return new HoldfastError('ENGINE_HOST_INVALID', `${shown} is no engine that can be reached: ${why}`, {
    hint,
    kind: 'usage',
  });
}

/**
 * Reads a value of `DOCKER_HOST`: `unix:///path`, or `tcp://host:port`, which must be loopback or have TLS. TLS always
 * verifies the engine's certificate.
 * @throws `ENGINE_HOST_INVALID` for anything else, ssh among it
 */
export function parseEngineHost(text: string, tls: EngineTls | undefined): EngineEndpoint {
  if (text.startsWith('unix://')) {
    const path = text.slice('unix://'.length);
    if (path.startsWith('/') && !path.includes('\0')) return { kind: 'unix', path };
    throw refused(text, 'the path of its socket is not absolute', 'Write it as unix:///run/docker.sock.');
  }
  if (text.startsWith('ssh://')) {
    const command = 'ssh -NL /tmp/engine.sock:/var/run/docker.sock HOST';
    const hint = `Forward its socket (${command}) and set DOCKER_HOST=unix:///tmp/engine.sock, or run holdfast there.`;
    throw refused(text, 'connections over ssh are not made', hint);
  }
  const match = /^tcp:\/\/(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::([0-9]{1,5}))?\/?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) {
    throw refused(text, 'it is neither unix:// nor tcp://', 'Write it as unix:///run/docker.sock or tcp://host:2376.');
  }
  // Docker's own default ports.
  const port = match[3] === undefined ? (tls === undefined ? 2375 : 2376) : Number(match[3]);
  if (port < 1 || port > 65_535) throw refused(text, 'there is no such port', 'Write it as tcp://host:2376.');
  if (tls !== undefined) return { kind: 'tcp', host, port, tls };
  if (isLoopback(host)) return { kind: 'tcp', host, port };
  const hint = 'Serve it with TLS and set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH.';
  throw refused(text, 'without TLS anyone on the way could answer for it', hint);
}
