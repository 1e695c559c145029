import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSigned } from './s3-signature.ts';

/** What restic asks of S3, answered from memory: a stub, because neither Debian nor a small npm package has a server. */
export interface S3Stub {
  readonly port: number;
  /** Objects by key, without the bucket. */
  readonly objects: Map<string, Buffer>;
  /** What every request is answered with from now on; undefined: as S3 does. */
  answerWith(error: { readonly status: number; readonly code: string } | undefined): void;
  /** How many requests came since it was started. */
  requests(): number;
  stop(): Promise<void>;
}

const BUCKET = 'bucket';

/** Requests that are not signed with this key are refused. */
export async function startS3Stub(keyId: string, secret: string): Promise<S3Stub> {
  const objects = new Map<string, Buffer>();
  let failing: { readonly status: number; readonly code: string } | undefined;
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    void bodyOf(request).then((body) => {
      const owner = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1];
      if (failing !== undefined) refuse(response, failing.status, failing.code);
      else if (owner !== keyId) refuse(response, 403, 'InvalidAccessKeyId');
      else if (!isSigned(request, secret)) refuse(response, 403, 'SignatureDoesNotMatch');
      else answer(objects, request, body, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    objects,
    answerWith: (error) => {
      failing = error;
    },
    requests: () => requests,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(objects: Map<string, Buffer>, request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const [, bucket, ...rest] = url.pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  const { method } = request;
  const found = objects.get(key);
  if (bucket !== BUCKET) refuse(response, 404, 'NoSuchBucket');
  else if (url.searchParams.has('location')) xml(response, '<LocationConstraint></LocationConstraint>');
  else if (key === '' && method === 'GET') list(objects, url.searchParams, response);
  else if (key === '') response.end();
  else if (method === 'PUT') {
    objects.set(key, body);
    response.setHeader('etag', etag(body));
    response.end();
  } else if (method === 'DELETE') {
    objects.delete(key);
    response.writeHead(204).end();
  } else if (found === undefined) refuse(response, 404, 'NoSuchKey');
  else send(found, request, response);
}

function send(content: Buffer, request: IncomingMessage, response: ServerResponse): void {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const to = range?.[2] ? Math.min(Number(range[2]), content.length - 1) : content.length - 1;
  const part = content.subarray(from, to + 1);
  response.writeHead(range === null ? 200 : 206, {
    'content-length': part.length,
    'last-modified': new Date(0).toUTCString(),
    etag: etag(content),
    ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${content.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : part);
}

function list(objects: Map<string, Buffer>, query: URLSearchParams, response: ServerResponse): void {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const folderOf = (key: string) => {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? undefined : key.slice(0, end + 1);
  };
  const folders = new Set(keys.map(folderOf).filter((folder) => folder !== undefined));
  const contents = keys
    .filter((key) => folderOf(key) === undefined)
    .map((key) => {
      const content = objects.get(key) ?? Buffer.alloc(0);
      const date = new Date(0).toISOString();
      return `<Contents><Key>${key}</Key><LastModified>${date}</LastModified><ETag>${etag(content)}</ETag><Size>${content.length}</Size></Contents>`;
    });
  const common = [...folders].map((folder) => `<CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`);
  const truncated = '<IsTruncated>false</IsTruncated>';
  xml(
    response,
    `<ListBucketResult><Name>${BUCKET}</Name>${truncated}${contents.join('')}${common.join('')}</ListBucketResult>`,
  );
}

/** Over plain HTTP the body comes in signed chunks: `SIZE;chunk-signature=…\r\n`, the bytes, `\r\n`. */
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  if (!String(request.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-')) return raw;
  const parts: Buffer[] = [];
  for (let at = 0; at < raw.length; ) {
    const end = raw.indexOf('\r\n', at);
    const size = Number.parseInt(raw.toString('latin1', at, end), 16);
    if (!(size > 0)) break;
    parts.push(raw.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
  return Buffer.concat(parts);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.statusCode = status;
  xml(response, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function xml(response: ServerResponse, text: string): void {
  response.setHeader('content-type', 'application/xml');
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
}

function etag(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}
