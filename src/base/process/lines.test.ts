import fc from 'fast-check';
import { expect, it } from 'vitest';
import { linesOf } from '#base/process/lines.ts';

async function* pieces(all: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  for (const size of sizes) {
    yield all.subarray(at, at + size);
    at += size;
  }
  yield all.subarray(at);
}

async function linesIn(chunks: AsyncIterable<Uint8Array>, limit?: number) {
  const lines: string[] = [];
  for await (const line of linesOf(chunks, limit)) lines.push(line);
  return lines;
}

it('gives the same lines however the bytes are cut', async () => {
  const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, ''));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.integer({ min: 0, max: 7 })), async (lines, sizes) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      expect(await linesIn(pieces(bytes, sizes))).toEqual(lines);
    }),
  );
});

it('takes a last line without an end, and both ends of lines', async () => {
  expect(await linesIn(pieces(Buffer.from('a\r\n\nb'), [1]))).toEqual(['a', '', 'b']);
});

it('refuses a line over the limit, with or without an end', async () => {
  await expect(linesIn(pieces(Buffer.from('12345\n'), [2]), 4)).rejects.toMatchObject({
    code: 'PROCESS_LINE_TOO_LONG',
  });
  await expect(linesIn(pieces(Buffer.from('12345'), [2]), 4)).rejects.toMatchObject({ code: 'PROCESS_LINE_TOO_LONG' });
  expect(await linesIn(pieces(Buffer.from('1234\n1234'), [2]), 4)).toEqual(['1234', '1234']);
});
