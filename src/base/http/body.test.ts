import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readBody } from '#base/http/body.ts';

const URL_ = new URL('https://user:secret@a.example/file?signature=secret');

async function read(chunks: Iterable<Buffer>, limitBytes: number, stepMs = 0): Promise<string> {
  let clock = 0;
  const now = () => {
    clock += stepMs;
    return clock;
  };
  let text = '';
  for await (const chunk of readBody(Readable.from(chunks), URL_, { limitBytes, paceWindowMs: 60_000, now })) {
    text += chunk.toString();
  }
  return text;
}

test('gives the chunks up to the limit', async () => {
  expect(await read([Buffer.from('ab'), Buffer.from('cd')], 4)).toBe('abcd');
});

test('refuses more than the limit, and shows no secrets of the address', async () => {
  const error = await read([Buffer.from('ab'), Buffer.from('cd')], 3).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'HTTP_TOO_LARGE', message: expect.not.stringContaining('secret') });
});

test('gives up on a server that drips', async () => {
  const drops = Array.from({ length: 100 }, () => Buffer.from('x'));
  await expect(read(drops, 1000, 10_000)).rejects.toMatchObject({ code: 'HTTP_TIMEOUT' });
});

test('is patient with a slow server that keeps sending', async () => {
  const chunks = Array.from({ length: 20 }, () => Buffer.alloc(16_384, 'x'));
  expect(await read(chunks, 1e9, 10_000)).toHaveLength(20 * 16_384);
});
