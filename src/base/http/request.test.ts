import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient, type HttpOptions } from '#base/http/client.ts';
import { fetchBytes, openRequest } from '#base/http/request.ts';
import { type FakeServer, startServer } from '../../../test/fakes/http-server.ts';
import { TEST_CERTIFICATE } from '../../../test/fakes/tls-certificate.ts';

const open: { close(): Promise<unknown> }[] = [];
// Not after each test: some run beside each other.
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
});

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  secure = false,
): Promise<FakeServer> {
  const server = await startServer(answer, { secure });
  open.push(server);
  return server;
}

/** A server below HTTP; gives its port. */
async function serveRaw(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(resolve));
    },
  });
  return (server.address() as AddressInfo).port;
}

const pauses: number[] = [];
function client(options: Partial<HttpOptions> = {}): HttpClient {
  pauses.length = 0;
  const made = createHttpClient({ environment: {}, sleep: async (ms) => void pauses.push(ms), ...options });
  open.push(made);
  return made;
}

const get = (http: HttpClient, url: string, headers: Record<string, string> = {}) =>
  fetchBytes(http, { url, headers, limitBytes: 1000 });
const coded = (code: string) => expect.objectContaining({ code, hint: expect.stringMatching(/./) });

describe('an answer', () => {
  test('comes with status, headers and body, whatever the status', async () => {
    const server = await serve((_, response) => response.writeHead(404, { 'X-One': ['a', 'b'] }).end('gone'));
    const answer = await get(client(), `${server.url}/a?b=c`);
    expect({ ...answer, bytes: answer.bytes.toString() }).toMatchObject({ status: 404, bytes: 'gone' });
    expect(answer.headers.get('x-one')).toBe('a, b');
    expect(server.seen[0]).toMatchObject({ path: '/a?b=c', headers: { 'accept-encoding': 'identity' } });
  });

  test('that is longer than its limit is refused', async () => {
    const server = await serve((_, response) => response.end(Buffer.alloc(1001)));
    await expect(get(client(), server.url)).rejects.toThrow(coded('HTTP_TOO_LARGE'));
  });

  test('is not decided by the address alone: user and password in it become authorisation', async () => {
    const server = await serve((_, response) => response.end());
    await get(client(), server.url.replace('//', '//me:p%40ss@'));
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });
});

describe('redirects', () => {
  test('are followed, and credentials stay with their host', async () => {
    const other = await serve((_, response) => response.end('there'));
    const first = await serve((request, response) => {
      response.writeHead(307, { location: request.url === '/a' ? '/b' : `${other.url}/c` }).end();
    });
    const answer = await get(client(), `${first.url}/a`, { authorization: 'Bearer secret', range: 'bytes=1-' });
    expect(answer.bytes.toString()).toBe('there');
    expect(answer.url.href).toBe(`${other.url}/c`);
    expect(first.seen.map((seen) => seen.headers.authorization)).toEqual(['Bearer secret', 'Bearer secret']);
    expect(other.seen[0]?.headers).toMatchObject({ range: 'bytes=1-' });
    expect(other.seen[0]?.headers.authorization).toBeUndefined();
  });

  test('end after five', async () => {
    const server = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(get(client(), server.url)).rejects.toThrow(coded('HTTP_REDIRECT'));
    expect(server.seen).toHaveLength(6);
  });

  test('never go from https down to http, not even when insecure', async () => {
    const plain = await serve((_, response) => response.end());
    const secure = await serve((_, response) => response.writeHead(301, { location: plain.url }).end(), true);
    await expect(get(client({ insecure: true }), secure.url)).rejects.toThrow(coded('HTTP_REDIRECT'));
    expect(plain.seen).toHaveLength(0);
  });

  test('never leave this machine over plain http', async () => {
    const server = await serve((_, response) => response.writeHead(301, { location: 'http://192.0.2.1/' }).end());
    await expect(get(client(), server.url)).rejects.toThrow(coded('HTTP_INSECURE'));
  });

  test.each(['http://[', 'ftp://a.example/', 'file:///etc/passwd'])('to %s are refused', async (location) => {
    const server = await serve((_, response) => response.writeHead(301, { location }).end());
    await expect(get(client(), server.url)).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^HTTP_(REDIRECT|URL_INVALID)$/) }),
    );
  });

  test('of a POST are given as they come', async () => {
    const server = await serve((_, response) => response.writeHead(307, { location: '/b' }).end());
    const answer = await fetchBytes(client(), { url: server.url, method: 'POST', body: 'secret', limitBytes: 10 });
    expect([answer.status, server.seen.length]).toEqual([307, 1]);
  });
});

describe('another try', () => {
  test('follows 429 and 5xx, with pauses, and keeps to Retry-After', async () => {
    let count = 0;
    const server = await serve((_, response) => {
      count += 1;
      if (count === 1) response.writeHead(429, { 'retry-after': '3' }).end();
      else response.writeHead(count === 2 ? 503 : 200).end('ok');
    });
    expect((await get(client(), server.url)).bytes.toString()).toBe('ok');
    expect(pauses).toEqual([3000, 1000]);
  });

  test('is bounded: then the status is the answer', async () => {
    const server = await serve((_, response) => response.writeHead(500).end());
    expect((await get(client(), server.url)).status).toBe(500);
    expect(server.seen).toHaveLength(4);
  });

  test('follows a connection that breaks, before the answer and in the middle of it', async () => {
    let count = 0;
    const server = await serve((request, response) => {
      count += 1;
      if (count === 1) request.socket.destroy();
      else if (count === 2)
        response.writeHead(200, { 'content-length': '4' }).write('o', () => request.socket.destroy());
      else response.end('okay');
    });
    expect((await get(client(), server.url)).bytes.toString()).toBe('okay');
  });

  test('is bounded for connections that break', async () => {
    const server = await serve((request) => request.socket.destroy());
    await expect(get(client(), server.url)).rejects.toThrow(coded('HTTP_UNREACHABLE'));
    expect(server.seen).toHaveLength(4);
    const middle = await serve((request, response) =>
      response.writeHead(200, { 'content-length': '9' }).write('o', () => request.socket.destroy()),
    );
    await expect(get(client(), middle.url)).rejects.toThrow(coded('HTTP_INTERRUPTED'));
    expect(middle.seen).toHaveLength(2);
  });

  test('never repeats a POST', async () => {
    const server = await serve((_, response) => response.writeHead(503).end());
    await fetchBytes(client(), { url: server.url, method: 'POST', limitBytes: 10 });
    expect(server.seen).toHaveLength(1);
  });
});

describe.concurrent('a server that stalls', () => {
  const timeouts = { connectMs: 300, headersMs: 300, stallMs: 300 };

  test('before its answer ends in an error', async () => {
    const server = await serve(() => undefined);
    await expect(get(client({ timeouts }), server.url)).rejects.toThrow(coded('HTTP_TIMEOUT'));
  });

  test('with hints without end ends in an error', async () => {
    const port = await serveRaw((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'), 50);
      socket.on('close', () => clearInterval(timer));
    });
    await expect(get(client({ timeouts }), `http://127.0.0.1:${port}/`)).rejects.toThrow(coded('HTTP_TIMEOUT'));
  });

  test('in the middle of its answer ends in an error', async () => {
    const server = await serve((_, response) => void response.writeHead(200, { 'content-length': '9' }).write('o'));
    await expect(get(client({ timeouts }), server.url)).rejects.toThrow(coded('HTTP_TIMEOUT'));
  });

  test('in the handshake ends in an error', async () => {
    const port = await serveRaw(() => undefined);
    await expect(get(client({ timeouts }), `https://127.0.0.1:${port}/`)).rejects.toThrow(coded('HTTP_TIMEOUT'));
  });

  test('is given up on when the caller says so', async () => {
    const server = await serve(() => undefined);
    const giveUp = new AbortController();
    const asked = openRequest(client(), { url: server.url, signal: giveUp.signal });
    giveUp.abort();
    await expect(asked).rejects.toMatchObject({ code: 'HTTP_ABORTED' });
  });
});

describe('errors', () => {
  test('name what cannot be reached, without secrets', async () => {
    const server = await serve(() => undefined);
    await server.close();
    const error = await get(client(), `${server.url}/path?token=secret`).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'HTTP_UNREACHABLE',
      message: `${server.url}/path cannot be reached: the connection was refused`,
    });
  });

  test('tell an unknown name', async () => {
    await expect(get(client(), 'https://registry.invalid/')).rejects.toThrow(coded('HTTP_UNREACHABLE'));
  });

  test('tell that plain http leaves this machine, unless it is allowed', async () => {
    await expect(get(client(), 'http://registry.invalid/')).rejects.toThrow(coded('HTTP_INSECURE'));
    await expect(get(client({ insecure: true }), 'http://registry.invalid/')).rejects.toThrow(
      coded('HTTP_UNREACHABLE'),
    );
  });

  test('tell what is no address', async () => {
    await expect(get(client(), 'nonsense')).rejects.toThrow(coded('HTTP_URL_INVALID'));
    await expect(get(client(), 'ftp://a.example/')).rejects.toThrow(coded('HTTP_URL_INVALID'));
  });

  test('tell a server that does not speak HTTP', async () => {
    const port = await serveRaw((socket) => socket.end('220 mail.example ESMTP\r\n'));
    await expect(get(client(), `http://127.0.0.1:${port}/`)).rejects.toThrow(coded('HTTP_PROTOCOL'));
  });
});

describe('certificates', () => {
  test('of an unknown authority are refused, and a plain server is told from one', async () => {
    const secure = await serve((_, response) => response.end('ok'), true);
    await expect(get(client(), secure.url)).rejects.toThrow(coded('HTTP_TLS'));
    const plain = await serve((_, response) => response.end());
    await expect(get(client(), plain.url.replace('http:', 'https:'))).rejects.toThrow('it does not speak TLS');
  });

  test('are trusted when SSL_CERT_FILE or SSL_CERT_DIR names them, or the host has its own, or nobody cares', async () => {
    const secure = await serve((_, response) => response.end('ok'), true);
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-ca-'));
    try {
      const file = join(folder, 'own.pem');
      writeFileSync(file, TEST_CERTIFICATE);
      writeFileSync(join(folder, 'readme'), 'no certificate');
      const ways: Partial<HttpOptions>[] = [
        { environment: { SSL_CERT_FILE: file } },
        { environment: { SSL_CERT_DIR: `/nowhere:${folder}` } },
        { hostCertificates: (host) => (host === secure.host ? [TEST_CERTIFICATE] : []) },
        { insecure: true },
      ];
      for (const way of ways) expect((await get(client(way), secure.url)).bytes.toString()).toBe('ok');
      await expect(get(client({ hostCertificates: () => [] }), secure.url)).rejects.toThrow(coded('HTTP_TLS'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("that are named and not there are the operator's error", async () => {
    const asked = get(client({ environment: { SSL_CERT_FILE: '/nowhere/ca.pem' } }), 'https://127.0.0.1:1/');
    await expect(asked).rejects.toMatchObject({ code: 'HTTP_CA_UNREADABLE', kind: 'usage' });
  });
});

describe('a proxy', () => {
  /** A proxy that tunnels everything to one server. */
  async function tunnel(to: FakeServer, refuse?: string): Promise<{ port: number; asked: string[] }> {
    const asked: string[] = [];
    const port = await serveRaw((socket) => {
      socket.once('data', (head) => {
        asked.push(head.toString('latin1'));
        if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse}\r\ncontent-length: 0\r\n\r\n`);
        const upstream = connect(Number(to.host.split(':')[1]), '127.0.0.1');
        upstream.on('error', () => undefined);
        if (head.toString('latin1').startsWith('CONNECT')) socket.write('HTTP/1.1 200 OK\r\n\r\n');
        else upstream.write(head);
        socket.pipe(upstream).pipe(socket);
      });
    });
    return { port, asked };
  }

  test("is asked for a tunnel, with its own credentials, and the host's certificate is still checked", async () => {
    const secure = await serve((_, response) => response.end('ok'), true);
    const { port, asked } = await tunnel(secure);
    const environment = { HTTPS_PROXY: `http://me:secret@127.0.0.1:${port}` };
    await expect(get(client({ environment }), 'https://registry.invalid/')).rejects.toThrow(coded('HTTP_TLS'));
    expect((await get(client({ environment, insecure: true }), 'https://registry.invalid/')).bytes.toString()).toBe(
      'ok',
    );
    expect(asked[0]).toContain('CONNECT registry.invalid:443 HTTP/1.1');
    expect(asked[0]).toContain(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    expect(secure.seen[0]?.headers['proxy-authorization']).toBeUndefined();
  });

  test('is given the whole address for plain http', async () => {
    const plain = await serve((_, response) => response.end('ok'));
    const { port, asked } = await tunnel(plain);
    const http = client({ environment: { HTTP_PROXY: `http://127.0.0.1:${port}` }, insecure: true });
    expect((await get(http, 'http://registry.invalid/a?b')).bytes.toString()).toBe('ok');
    expect(asked[0]).toContain('GET http://registry.invalid/a?b HTTP/1.1');
  });

  test('that refuses is named, without its password', async () => {
    const { port } = await tunnel(await serve(() => undefined), '407 Authenticate');
    const environment = { HTTPS_PROXY: `http://me:secret@127.0.0.1:${port}`, HTTP_PROXY: `http://127.0.0.1:${port}` };
    const error = await get(client({ environment }), 'https://registry.invalid/').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'HTTP_PROXY', message: expect.not.stringContaining('secret') });
    await expect(get(client({ environment, insecure: true }), 'http://registry.invalid/')).rejects.toThrow(
      coded('HTTP_PROXY'),
    );
  });

  test('that stalls ends in an error', async () => {
    const port = await serveRaw(() => undefined);
    const timeouts = { connectMs: 300, headersMs: 300, stallMs: 300 };
    const http = client({ environment: { HTTPS_PROXY: `http://127.0.0.1:${port}` }, timeouts });
    await expect(get(http, 'https://registry.invalid/')).rejects.toThrow(coded('HTTP_TIMEOUT'));
  });
});
