import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FakeServer, startServer } from './http-server.ts';

/** What a mirror does with a request, once it knows the answer. */
export type MirrorFault =
  /** Closes the connection after so many bytes of the body. */
  | { readonly kind: 'drop'; readonly bytes: number }
  /** Sends so many bytes and then nothing more. */
  | { readonly kind: 'stall'; readonly bytes: number }
  | { readonly kind: 'status'; readonly status: number };

/** A server that holds `/NAME/all.zip` like OSV's exports: ETag, conditional and range requests (RFC 9110, 13 and 14). */
export interface OsvMirror extends FakeServer {
  /** Puts a file there, in place of what there was. */
  put(path: string, bytes: Buffer): void;
  /** The next requests meet these, one each. */
  fail(...faults: readonly MirrorFault[]): void;
}

export async function startOsvMirror(): Promise<OsvMirror> {
  const files = new Map<string, Buffer>();
  let faults: readonly MirrorFault[] = [];

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const [fault, ...later] = faults;
    faults = later;
    const bytes = files.get(request.url ?? '');
    if (fault?.kind === 'status' || bytes === undefined) {
      response.writeHead(fault?.kind === 'status' ? fault.status : 404).end('<html>no</html>');
      return;
    }
    const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end();
      return;
    }
    const wanted = request.headers['if-range'] === etag ? /^bytes=(\d+)-$/.exec(request.headers.range ?? '') : null;
    const start = Number(wanted?.[1] ?? 0);
    const body = bytes.subarray(start);
    const range = wanted === null ? {} : { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(wanted === null ? 200 : 206, { etag, 'content-length': body.length, ...range });
    if (fault?.kind === 'drop') response.write(body.subarray(0, fault.bytes), () => response.socket?.destroy());
    else if (fault?.kind === 'stall') response.write(body.subarray(0, fault.bytes));
    else response.end(body);
  };

  const server = await startServer(answer);
  return {
    ...server,
    put: (path, bytes) => files.set(path, bytes),
    fail: (...next) => {
      faults = next;
    },
  };
}
