import type { IncomingMessage, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '#base/http/client.ts';
import { gatheredList } from '../../../../../../test/fakes/chunks.ts';
import { type FakeServer, startServer } from '../../../../../../test/fakes/http-server.ts';
import { runs } from '../../../../../../test/harness/runs.ts';
import { silenceOf } from './http-store.ts';
import { remoteFiles } from './remote-files.ts';
import { restStore } from './rest-store.ts';

const ID = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const V2 = 'application/vnd.x.restic.rest.v2';
const credentials = { kind: 'rest', user: 'me', password: 'never shown' } as const;

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<FakeServer> {
  const server = await startServer(answer);
  open.push(server);
  return server;
}

function filesAt(url: string, mostFiles?: number) {
  const timeouts = { connectMs: 2_000, headersMs: 300, stallMs: 300 };
  const client = createHttpClient({ environment: {}, timeouts, sleep: async () => undefined });
  const files = remoteFiles(restStore(client, { location: `rest:${url}/host`, credentials }), mostFiles);
  open.push(files);
  return files;
}

async function against(answer: Answer) {
  const server = await serve(answer);
  return { server, files: filesAt(server.url) };
}

const coded = (code: string) => ({ code: `RESTIC_${code}` });

describe('a list', () => {
  it('is asked for with sizes and a login; what is no name is left out, and each counts once', async () => {
    const entries = [
      { name: ID, size: 5 },
      { name: ID, size: 6 },
      { name: '../etc', size: 1 },
      { name: OTHER },
      7,
      null,
    ];
    const { server, files } = await against((_, response) => response.end(JSON.stringify(entries)));
    expect(await gatheredList(files.list('pack'))).toEqual([{ name: ID, sizeBytes: 5 }]);
    expect(server.seen).toMatchObject([{ path: '/host/data/', headers: { accept: V2 } }]);
    expect(server.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:never shown').toString('base64')}`);
  });

  it('of the first version has no sizes: each file is asked for its own, and one that is gone is left out', async () => {
    const { files } = await against(({ method, url }, response) => {
      if (method === 'GET') response.end(JSON.stringify([ID, OTHER]));
      else if (url?.endsWith(ID)) response.writeHead(200, { 'content-length': 77 }).end();
      else response.writeHead(404).end();
    });
    expect(await gatheredList(files.list('snapshot'))).toEqual([{ name: ID, sizeBytes: 77 }]);
  });

  it('that is missing, or null, is empty', async () => {
    const { files } = await against(({ url }, response) => {
      if (url === '/host/keys/') response.end('null');
      else response.writeHead(404).end();
    });
    expect(await gatheredList(files.list('key'))).toEqual([]);
    expect(await gatheredList(files.list('index'))).toEqual([]);
  });

  it('that does not end is given up', async () => {
    const server = await serve((_, response) => {
      const names = Array.from({ length: 50 }, (_, index) => index.toString(16).padStart(64, '0'));
      response.end(JSON.stringify(names.map((name) => ({ name, size: 1 }))));
    });
    await expect(gatheredList(filesAt(server.url, 49).list('pack'))).rejects.toMatchObject(coded('FILE_UNREADABLE'));
    expect(await gatheredList(filesAt(server.url, 50).list('pack'))).toHaveLength(50);
  });

  it('whatever it is, gives names or says that it is none', async () => {
    let body: Uint8Array = Buffer.alloc(0);
    const { files } = await against((_, response) => response.end(body));
    const json = fc.json().map((text) => Buffer.from(text));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array(), json), async (bytes) => {
        body = bytes;
        const found = await gatheredList(files.list('pack')).catch((error: unknown) => error);
        if (Array.isArray(found)) expect(found).toEqual([]);
        else expect(found).toMatchObject(coded('FILE_UNREADABLE'));
      }),
      { numRuns: runs(50) },
    );
  });
});

describe('a file', () => {
  const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
  const ranged: Answer = ({ headers }, response) => {
    const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
    if (from === '') response.end(CONTENT);
    else if (Number(from) >= CONTENT.length) response.writeHead(416).end();
    else {
      const part = CONTENT.subarray(Number(from), Number(to) + 1);
      const range = `bytes ${from}-${Number(from) + part.length - 1}/${CONTENT.length}`;
      response.writeHead(206, { 'content-range': range }).end(part);
    }
  };

  it('is read whole or in part, and never as less than was asked for', async () => {
    const { server, files } = await against(ranged);
    expect((await files.read('index', ID)).equals(CONTENT)).toBe(true);
    expect((await files.read('config', 'config')).equals(CONTENT)).toBe(true);
    expect((await files.read('index', ID, 100, 50)).equals(CONTENT.subarray(100, 150))).toBe(true);
    expect((await files.read('pack', ID, 990, 10)).equals(CONTENT.subarray(990))).toBe(true);
    expect(server.seen.map(({ path }) => path)).toEqual([
      ...[`/host/index/${ID}`, '/host/config', `/host/index/${ID}`, `/host/data/${ID}`],
    ]);
    for (const [offset, length] of [
      [990, 11],
      [1000, 1],
      [5000, 5],
    ] as const) {
      await expect(files.read('index', ID, offset, length)).rejects.toMatchObject(coded('FILE_TRUNCATED'));
      await expect(files.read('pack', ID, offset, length)).rejects.toMatchObject(coded('FILE_TRUNCATED'));
    }
    await expect(files.read('index', '../../config')).rejects.toMatchObject(coded('FILE_MISSING'));
    await expect(files.read('pack', ID, 0, 2 ** 40)).rejects.toMatchObject(coded('FILE_TOO_LARGE'));
  });

  it.each<readonly [string, Answer, string]>([
    [
      'another part of it',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 9-58/99' }).end('x'.repeat(50)),
      'FILE_UNREADABLE',
    ],
    ['a part without a range', (_, response) => response.writeHead(206).end('x'.repeat(50)), 'FILE_UNREADABLE'],
    ['all of it', (_, response) => response.end(CONTENT), 'FILE_UNREADABLE'],
    [
      'more than that',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 10-59/99' }).end('x'.repeat(51)),
      'FILE_UNREADABLE',
    ],
    [
      'less than that',
      (_, response) => response.writeHead(206, { 'content-range': 'bytes 10-19/20' }).end('x'.repeat(10)),
      'FILE_TRUNCATED',
    ],
    ['that it is not there', (_, response) => response.writeHead(404).end(), 'FILE_MISSING'],
    ['that something broke', (_, response) => response.writeHead(500).end(), 'FILE_UNREADABLE'],
    [
      'that it is elsewhere',
      (_, response) => response.writeHead(307, { location: 'http://198.51.100.1/x' }).end(),
      'FILE_UNREADABLE',
    ],
    ['that it may not be read', (_, response) => response.writeHead(403).end(), 'CREDENTIALS_REFUSED'],
    ['that the login is wrong', (_, response) => response.writeHead(401).end(), 'CREDENTIALS_REFUSED'],
    ['nothing', () => undefined, 'FILE_UNREADABLE'],
    ['what is no HTTP', (_, response) => response.socket?.end('junk\r\n\r\n'), 'FILE_UNREADABLE'],
  ])('of which 50 bytes are asked for, and the server sends %s', async (_, answer, code) => {
    const { files } = await against(answer);
    const failed = await files.read('index', ID, 10, 50).catch((error: unknown) => error);
    expect(failed).toMatchObject(coded(code));
    expect(`${failed}${JSON.stringify(failed)}`).not.toMatch(/never shown|bWU6/);
  });

  it('that breaks off is asked for again, a refused one is not', async () => {
    let count = 0;
    const { server, files } = await against((request, response) => {
      count += 1;
      if (count === 1) response.writeHead(503).end();
      else if (count === 2) {
        response.writeHead(206, { 'content-range': 'bytes 0-9/1000', 'content-length': '10' });
        response.write('half', () => response.socket?.destroy());
      } else ranged(request, response);
    });
    expect((await files.read('index', ID, 0, 10)).equals(CONTENT.subarray(0, 10))).toBe(true);
    expect(server.seen).toHaveLength(3);
    const { server: strict, files: refused } = await against((_, response) => response.writeHead(403).end());
    await expect(refused.read('index', ID, 0, 10)).rejects.toMatchObject(coded('CREDENTIALS_REFUSED'));
    expect(strict.seen).toHaveLength(1);
  });

  it('may be sent elsewhere at the same server', async () => {
    const { files } = await against((request, response) => {
      if (request.url?.startsWith('/moved')) ranged(request, response);
      else response.writeHead(308, { location: `/moved${request.url}` }).end();
    });
    expect((await files.read('index', ID, 1, 2)).equals(CONTENT.subarray(1, 3))).toBe(true);
  });

  it('whose size nobody can keep in memory is refused', async () => {
    const { files } = await against((_, response) => {
      const more = () => {
        if (!response.destroyed) response.write(Buffer.alloc(256 * 1024), more);
      };
      more();
    });
    await expect(files.read('key', ID)).rejects.toMatchObject(coded('FILE_TOO_LARGE'));
  });
});

it('a server that is silent about one file says nothing of the others; one that is silent about all is gone', async () => {
  const { files } = await against(({ url }, response) => {
    if (!url?.endsWith(ID)) response.writeHead(206, { 'content-range': 'bytes 0-2/3' }).end('abc');
  });
  await expect(files.read('index', ID, 0, 3)).rejects.toMatchObject(coded('FILE_UNREADABLE'));
  expect((await files.read('index', OTHER, 0, 3)).toString()).toBe('abc');
  const silent = await Promise.all(
    [1, 2, 3, 4].map(() => files.read('index', ID, 0, 3).catch((error: unknown) => (error as { code: string }).code)),
  );
  expect(silent.filter((code) => code === 'RESTIC_UNREACHABLE')).toHaveLength(1);
  await expect(files.read('index', ID, 0, 3)).rejects.toMatchObject(coded('UNREACHABLE'));
});

it('each answer begins the count of silences anew', () => {
  const silence = silenceOf();
  for (let round = 0; round < 3; round += 1) {
    expect([1, 2, 3].map(() => silence.timedOut())).toEqual([false, false, false]);
    silence.answered();
  }
  expect([1, 2, 3, 4].map(() => silence.timedOut())).toEqual([false, false, false, true]);
});

it('a server that is gone is out of reach, which is no word about a file', async () => {
  const server = await startServer(() => undefined);
  await server.close();
  await expect(filesAt(server.url).read('pack', ID, 0, 5)).rejects.toMatchObject(coded('UNREACHABLE'));
  await expect(gatheredList(filesAt(server.url).list('pack'))).rejects.toMatchObject(coded('UNREACHABLE'));
});
