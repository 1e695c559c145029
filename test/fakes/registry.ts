import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FakeServer, startServer } from './http-server.ts';

/** How the registry misbehaves, once its answer is found. */
export type Fault =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
    }
  /** Sends this many bytes of the answer and then nothing more; without `bytes` not even the head. */
  | { readonly kind: 'stall'; readonly bytes?: number }
  /** Closes the connection after this many bytes of the body. */
  | { readonly kind: 'drop'; readonly bytes: number }
  /** Sends another body, and its length, as if nothing were wrong; `unsized` leaves the length out. */
  | { readonly kind: 'replace'; readonly body: Buffer; readonly unsized?: boolean }
  /** Ignores Range. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'headers'; readonly headers: Record<string, string> };

export interface Rule {
  /** Of the path. */
  readonly on: RegExp;
  /** How many requests it meets; all of them unless said. */
  readonly times?: number;
  readonly fault: Fault;
}

export interface RegistryOptions {
  readonly auth?: 'none' | 'basic' | 'bearer';
  readonly users?: Readonly<Record<string, string>>;
  /** Identity tokens that the token service takes. */
  readonly identities?: readonly string[];
  /** The token service gives tokens to anyone. */
  readonly anonymous?: boolean;
  readonly secure?: boolean;
  readonly rules?: readonly Rule[];
}

export interface TestDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A registry that keeps to the specification but for its rules. Its token service is at `/token`. */
export interface FakeRegistry extends FakeServer {
  blob(bytes: Buffer, mediaType: string, algorithm?: string): TestDescriptor;
  manifest(tag: string | undefined, document: object, mediaType?: string): TestDescriptor;
  /** An image of these layers. */
  image(tag: string, layers: readonly Buffer[], config?: object): TestDescriptor;
  /** All tokens given so far are worth nothing from now on. */
  expireTokens(): void;
  /** Bodies of POST requests to the token service. */
  readonly forms: readonly URLSearchParams[];
}

export const digestOf = (bytes: Buffer, algorithm = 'sha256') =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
export const OCI = 'application/vnd.oci.image';

interface Stored {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

function transmit(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  body: Buffer,
  fault?: Fault,
): void {
  const all = { 'content-length': String(body.length), ...headers };
  switch (fault?.kind) {
    case 'answer':
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    case 'stall':
      if (fault.bytes !== undefined) response.writeHead(status, all).write(body.subarray(0, fault.bytes));
      return;
    case 'drop':
      response.writeHead(status, all).write(body.subarray(0, fault.bytes), () => response.socket?.destroy());
      return;
    case 'replace':
      response.writeHead(status, fault.unsized ? headers : { ...all, 'content-length': String(fault.body.length) });
      response.end(fault.body);
      return;
    case 'headers':
      response.writeHead(status, { ...all, ...fault.headers }).end(body);
      return;
    default:
      response.writeHead(status, all).end(body);
  }
}

function refusal(code: string, message: string): Buffer {
  return Buffer.from(JSON.stringify({ errors: [{ code, message }] }));
}

export async function startRegistry(options: RegistryOptions = {}): Promise<FakeRegistry> {
  const blobs = new Map<string, Stored>();
  const manifests = new Map<string, Stored>();
  const tokens = new Set<string>();
  const forms: URLSearchParams[] = [];
  const met = new Map<Rule, number>();

  const faultFor = (path: string): Fault | undefined => {
    const rule = (options.rules ?? []).find(
      (one) => one.on.test(path) && (met.get(one) ?? 0) < (one.times ?? Number.POSITIVE_INFINITY),
    );
    if (rule !== undefined) met.set(rule, (met.get(rule) ?? 0) + 1);
    return rule?.fault;
  };
  const knows = (header: string | undefined): boolean => {
    const [user = '', password] = Buffer.from(header?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':');
    return header?.startsWith('Basic ') === true && options.users?.[user] === password && password !== undefined;
  };
  const mayRead = (request: IncomingMessage): boolean => {
    const header = request.headers.authorization ?? '';
    if (options.auth === 'basic') return knows(header);
    return options.auth !== 'bearer' || tokens.has(header.replace(/^Bearer /, ''));
  };
  const challenge = (request: IncomingMessage): string => {
    if (options.auth === 'basic') return 'Basic realm="a, \\"quoted\\" realm"';
    const [, repository] = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(request.url ?? '') ?? [];
    const scope = repository === undefined ? '' : `,scope="repository:${repository}:pull"`;
    return `Bearer realm="${server.url}/token",service="fake"${scope}`;
  };

  const giveToken = (response: ServerResponse, allowed: boolean, fault: Fault | undefined): void => {
    const token = randomUUID();
    if (allowed) tokens.add(token);
    const body = allowed ? JSON.stringify({ token }) : JSON.stringify({ details: 'incorrect username or password' });
    transmit(response, allowed ? 200 : 401, {}, Buffer.from(body), fault);
  };
  const token = (request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void => {
    const { authorization } = request.headers;
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const form = new URLSearchParams(Buffer.concat(chunks).toString());
        forms.push(form);
        giveToken(response, (options.identities ?? []).includes(form.get('refresh_token') ?? ''), fault);
      });
    } else if (authorization === undefined) giveToken(response, options.anonymous === true, fault);
    else giveToken(response, knows(authorization), fault);
  };

  const content = (request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void => {
    const [, , kind, name = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/?]+)$/.exec(request.url ?? '') ?? [];
    const stored = kind === 'blobs' ? blobs.get(name) : manifests.get(name);
    if (stored === undefined) {
      const body = refusal(kind === 'blobs' ? 'BLOB_UNKNOWN' : 'MANIFEST_UNKNOWN', 'not here');
      transmit(response, 404, {}, body, fault);
      return;
    }
    const headers = { 'content-type': stored.mediaType, 'docker-content-digest': stored.digest };
    const from = fault?.kind === 'whole' ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const size = stored.bytes.length;
    if (from === undefined) transmit(response, 200, headers, stored.bytes, fault);
    else if (Number(from) >= size) transmit(response, 416, {}, Buffer.alloc(0), fault);
    else {
      const range = { 'content-range': `bytes ${from}-${size - 1}/${size}` };
      transmit(response, 206, { ...headers, ...range }, stored.bytes.subarray(Number(from)), fault);
    }
  };

  const server = await startServer(
    (request, response) => {
      const path = request.url ?? '';
      const fault = faultFor(path);
      if (path.startsWith('/token')) token(request, response, fault);
      else if (!mayRead(request)) {
        const headers = { 'www-authenticate': challenge(request) };
        transmit(response, 401, headers, refusal('UNAUTHORIZED', 'authentication required'), fault);
      } else if (path === '/v2/') transmit(response, 200, {}, Buffer.from('{}'), fault);
      else content(request, response, fault);
    },
    { secure: options.secure ?? false },
  );

  const blob = (bytes: Buffer, mediaType: string, algorithm?: string): TestDescriptor => {
    const digest = digestOf(bytes, algorithm);
    blobs.set(digest, { digest, bytes, mediaType: 'application/octet-stream' });
    return { mediaType, digest, size: bytes.length };
  };
  const manifest = (
    tag: string | undefined,
    document: object,
    mediaType = `${OCI}.manifest.v1+json`,
  ): TestDescriptor => {
    const bytes = Buffer.from(JSON.stringify(document));
    const digest = digestOf(bytes);
    for (const name of tag === undefined ? [digest] : [digest, tag]) manifests.set(name, { digest, bytes, mediaType });
    return { mediaType, digest, size: bytes.length };
  };
  return {
    ...server,
    blob,
    manifest,
    forms,
    expireTokens: () => tokens.clear(),
    image: (tag, layers, config = {}) => {
      const document = {
        os: 'linux',
        architecture: 'amd64',
        rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) },
        ...config,
      };
      return manifest(tag, {
        schemaVersion: 2,
        mediaType: `${OCI}.manifest.v1+json`,
        config: blob(Buffer.from(JSON.stringify(document)), `${OCI}.config.v1+json`),
        layers: layers.map((layer) => blob(layer, `${OCI}.layer.v1.tar`)),
      });
    },
  };
}
