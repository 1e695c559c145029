import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

/** What restic asks for: `read`, `list` and so on of a file, such as those of `data`. */
export interface AskedFor {
  readonly what: 'read' | 'write' | 'list' | 'remove';
  /** `config`, `keys`, `locks`, `data`, `index`, `snapshots`. */
  readonly folder: string;
  /** `begun`: the first bytes of what is to be written have come. */
  readonly when: 'before' | 'begun' | 'done';
  /** Of the client. */
  readonly port: number;
}

/** A server of restic's REST protocol (restic manual, "REST Backend"), version 2, over a directory that restic can use, too. */
export interface RepositoryServer {
  readonly location: string;
  /** Is told of each request before it is done, in between, and before it is answered, which waits meanwhile. */
  watch(watcher: ((asked: AskedFor) => Promise<void> | void) | undefined): void;
  stop(): Promise<void>;
}

const PATH = /^\/(?:(keys|locks|snapshots|data|index)\/([0-9a-f]{64})?|(config))?$/;

export async function startRepositoryServer(directory: string): Promise<RepositoryServer> {
  let watcher: ((asked: AskedFor) => Promise<void> | void) | undefined;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const match = PATH.exec(url.pathname);
    const port = request.socket.remotePort ?? 0;
    const [, folder = 'config', name] = match ?? [];
    const what = whatOf(request.method, folder !== 'config' && name === undefined);
    const tell = async (when: AskedFor['when']) => watcher?.({ what, folder, when, port });
    const answer = async () => {
      if (match === null) return end(response, 404);
      if (match[0] === '/') {
        for (const one of ['keys', 'locks', 'snapshots', 'data', 'index'])
          mkdirSync(join(directory, one), { recursive: true });
        return end(response, 200);
      }
      await tell('before');
      const path = pathOf(directory, folder, name);
      if (what === 'list') await list(join(directory, folder), response, () => tell('done'));
      else if (what === 'write') await write(path, request, response, tell);
      else if (!existsSync(path)) end(response, 404);
      else if (what === 'remove') {
        rmSync(path);
        await tell('done');
        end(response, 200);
      } else await read(path, request, response, () => tell('done'));
      return undefined;
    };
    // Who was killed meanwhile is not answered.
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    location: `rest:http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    watch: (next) => {
      watcher = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function whatOf(method: string | undefined, isFolder: boolean): AskedFor['what'] {
  if (method === 'POST') return 'write';
  if (method === 'DELETE') return 'remove';
  return isFolder ? 'list' : 'read';
}

function pathOf(directory: string, folder: string, name = ''): string {
  return folder === 'data' ? join(directory, folder, name.slice(0, 2), name) : join(directory, folder, name);
}

function end(response: ServerResponse, status: number, body = ''): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function list(directory: string, response: ServerResponse, done: () => Promise<void>): Promise<void> {
  const found = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
    .map(({ name, parentPath }) => ({ name, size: statSync(join(parentPath, name)).size }));
  const body = JSON.stringify(found);
  await done();
  response.setHeader('content-type', 'application/vnd.x.restic.rest.v2');
  end(response, 200, body);
}

async function read(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  done: () => Promise<void>,
): Promise<void> {
  const bytes = readFileSync(path);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const to = range === null || range[2] === '' ? bytes.length : Number(range[2]) + 1;
  const part = bytes.subarray(from, to);
  if (request.method !== 'HEAD') await done();
  if (range !== null) {
    response.setHeader('content-range', `bytes ${from}-${from + part.length - 1}/${bytes.length}`);
  }
  response.writeHead(range === null ? 200 : 206, { 'content-length': part.length });
  response.end(request.method === 'HEAD' ? undefined : part);
}

/** Kept under its name only when all of it has come, and is what its name says. */
async function write(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  tell: (when: 'begun' | 'done') => Promise<void>,
): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    if (chunks.length === 0) await tell('begun');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name !== 'config' && createHash('sha256').update(bytes).digest('hex') !== name) return end(response, 400);
  const aside = `${path}.new`;
  writeFileSync(aside, bytes);
  renameSync(aside, path);
  await tell('done');
  end(response, 200);
}
