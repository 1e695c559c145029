import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listRunningImages } from '#app/running/list-running.ts';

let directory: string;
let server: Server;
let containers: unknown;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'holdfast-running-'));
  server = createServer((request, response) => {
    if (request.url === '/_ping') response.writeHead(200, { 'Api-Version': '1.41' }).end('OK');
    else response.end(JSON.stringify(containers));
  });
  await new Promise<void>((resolve) => server.listen(join(directory, 'engine.sock'), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true });
});

const list = () => listRunningImages({ DOCKER_HOST: `unix://${directory}/engine.sock` });
const id = (digit: string) => digit.repeat(64);
const container = (digit: string, name: string, image: string, imageId: string) => ({
  Id: id(digit),
  Names: [`/${name}`, `/other/${name}`],
  Image: image,
  ImageID: imageId,
});

test('each image once, with its containers by name and what they were started from', async () => {
  containers = [
    container('1', 'web-2', 'nginx:1', `sha256:${id('a')}`),
    container('2', 'db', 'postgres:16', `sha256:${id('b')}`),
    container('3', 'web-1', 'nginx', `sha256:${id('a')}`),
    container('4', 'old', id('a').slice(0, 12), id('a')),
  ];
  const images = await list();
  expect(images.map(({ target, references }) => [target, references])).toEqual([
    [`docker:sha256:${id('a')}`, ['nginx', 'nginx:1']],
    [`docker:sha256:${id('b')}`, ['postgres:16']],
  ]);
  expect(images[0]?.containers.map(({ name }) => name)).toEqual(['old', 'web-1', 'web-2']);
});

test('a container without an image is read as a container', async () => {
  containers = [container('1', 'plain', '', ''), container('2', 'too', '/root/fs', '')];
  expect((await list()).map(({ target, imageId }) => [target, imageId])).toEqual([
    [`container:${id('1')}`, undefined],
    [`container:${id('2')}`, undefined],
  ]);
});

test('nothing runs, and an answer that is none', async () => {
  containers = null;
  expect(await list()).toEqual([]);
  for (const odd of [{}, 'x', [{}], [{ Id: '../x' }]]) {
    containers = odd;
    await expect(list()).rejects.toMatchObject({ code: 'ENGINE_FAILED' });
  }
});
