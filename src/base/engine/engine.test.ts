import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseEngineHost } from '#base/engine/endpoint.ts';
import { connectEngine } from '#base/engine/engine.ts';
import { send, wholeBody } from '#base/engine/transport.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let directory: string;
let server: Server | undefined;
const asked: string[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-engine-'));
  asked.length = 0;
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  server = undefined;
  rmSync(directory, { recursive: true });
});

/** An engine of one page of the API, which says that it speaks `version`. */
async function serve(version: string | undefined, answer: Answer, headers: Record<string, string> = {}) {
  const socket = join(directory, 'engine.sock');
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/_ping') {
      response.writeHead(200, { ...(version === undefined ? {} : { 'Api-Version': version }), ...headers }).end('OK');
    } else answer(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(socket, resolve));
  return { DOCKER_HOST: `unix://${socket}` };
}

const json = (value: unknown, status = 200): Answer => {
  return (_, response) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
};

test('speaks the version that the engine says, but none newer than is known', async () => {
  const old = await connectEngine(await serve('1.41', json({ a: 1 })));
  expect(old).toMatchObject({ apiVersion: '1.41', podman: false });
  expect((await old.read('/info'))?.toString()).toBe('{"a":1}');
  expect(asked).toEqual(['/_ping', '/v1.41/info']);
});

test('a body that never ends is given up after a while, however lively it is', async () => {
  const dripping: Answer = (_, response) => {
    const timer = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(timer));
  };
  const { DOCKER_HOST } = await serve('1.41', dripping);
  const response = await send(parseEngineHost(DOCKER_HOST, undefined), { method: 'GET', path: '/info' }, 60_000);
  await expect(wholeBody(response, '/info', 1024 * 1024, 50)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
});

test('a version from the future is answered with the newest known one', async () => {
  expect((await connectEngine(await serve('1.999', json({})))).apiVersion).toBe('1.48');
});

test('an engine whose ping says nothing is asked for its version', async () => {
  const engine = await connectEngine(await serve(undefined, json({ ApiVersion: '1.30' })));
  expect(engine.apiVersion).toBe('1.30');
});

test('Podman says so in its ping', async () => {
  const engine = await connectEngine(await serve('1.41', json({}), { 'Libpod-Api-Version': '4.3.1' }));
  expect(engine.podman).toBe(true);
});

test('what is no engine is said to be none', async () => {
  const environment = await serve(undefined, json({ hello: 'world' }));
  await expect(connectEngine(environment)).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
});

test('a missing page is nothing, any other refusal an error with what the engine said', async () => {
  const engine = await connectEngine(
    await serve('1.41', (request, response) => {
      if (request.url === '/v1.41/missing') json({ message: 'no such image' }, 404)(request, response);
      else if (request.url === '/v1.41/text') response.writeHead(502).end('bad\u001b[31m gateway\n');
      else json({ message: 'disk is full' }, 500)(request, response);
    }),
  );
  expect(await engine.read('/missing')).toBeUndefined();
  expect(await engine.stream('/missing')).toBeUndefined();
  await expect(engine.read('/x')).rejects.toMatchObject({
    code: 'ENGINE_FAILED',
    message: 'The engine answered 500 to /x: disk is full',
  });
  await expect(engine.read('/text')).rejects.toMatchObject({ message: expect.stringContaining('bad [31m gateway') });
});

test('an answer without end is cut off at a limit', async () => {
  const engine = await connectEngine(
    await serve('1.41', (_, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    }),
  );
  await expect(engine.read('/huge')).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
});

test('a stream that breaks off is an error, not an end', async () => {
  const engine = await connectEngine(
    await serve('1.41', (_, response) => {
      response.writeHead(200, { 'Transfer-Encoding': 'chunked' });
      response.write('some');
      setImmediate(() => response.destroy());
    }),
  );
  const read = async () => {
    for await (const _ of (await engine.stream('/cut')) ?? []);
  };
  await expect(read()).rejects.toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringContaining('cut off') });
});

test('a stream can be closed before it is read', async () => {
  const engine = await connectEngine(await serve('1.41', (_, response) => void response.write('some')));
  (await engine.stream('/never'))?.close();
});

test('without an engine the error names every place that was tried', async () => {
  const environment = { HOME: directory, XDG_RUNTIME_DIR: directory };
  await expect(connectEngine({ ...environment, DOCKER_HOST: `unix://${directory}/absent.sock` })).rejects.toMatchObject(
    {
      code: 'ENGINE_UNREACHABLE',
      message: expect.stringContaining(`${directory}/absent.sock`),
    },
  );
});

test('a socket that hangs up is unreachable, one that talks nonsense too', async () => {
  const socket = join(directory, 'odd.sock');
  const odd = createSocket((connection) => connection.resume().end('nonsense\n'));
  await new Promise<void>((resolve) => odd.listen(socket, resolve));
  try {
    await expect(connectEngine({ DOCKER_HOST: `unix://${socket}` })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
    });
  } finally {
    await new Promise((resolve) => odd.close(resolve));
  }
});
