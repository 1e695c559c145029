import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitStreams } from '#base/engine/split-streams.ts';
import { inChunks } from '../../../test/fakes/chunks.ts';

function piece(kind: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

async function split(bytes: Uint8Array, size: number) {
  const texts = { stdout: '', stderr: '' };
  for await (const { from, bytes: part } of splitStreams(inChunks(bytes, size))) texts[from] += part.toString();
  return texts;
}

const WHOLE = Buffer.concat([piece(1, 'one '), piece(2, 'wrong'), piece(1, ''), piece(1, 'two')]);

test('output and errors are taken apart, wherever the pieces are cut', async () => {
  for (let size = 1; size <= WHOLE.length; size += 1) {
    expect(await split(WHOLE, size)).toEqual({ stdout: 'one two', stderr: 'wrong' });
  }
});

test('an end within a piece or its header is an error', async () => {
  const ends = new Set([0, 12, 25, 33]);
  for (let length = 0; length < WHOLE.length; length += 1) {
    const result = split(WHOLE.subarray(0, length), 5).then(
      () => 'whole',
      ({ code }) => code,
    );
    expect([length, await result]).toEqual([length, ends.has(length) ? 'whole' : 'ENGINE_FAILED']);
  }
});

test('the engine’s own complaint is an error, and so is anything else', async () => {
  await expect(split(piece(3, 'it broke'), 100)).rejects.toMatchObject({
    message: expect.stringContaining('it broke'),
  });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 1, max: 20 }), async (bytes, size) => {
      await split(bytes, size).catch((error: unknown) => expect(error).toMatchObject({ code: 'ENGINE_FAILED' }));
    }),
  );
});
