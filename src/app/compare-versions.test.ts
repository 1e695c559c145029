import { describe, expect, test } from 'vitest';
import { compareLines } from './compare-versions.ts';

async function* chunks(...parts: readonly (Buffer | string)[]): AsyncGenerator<Buffer | string> {
  yield* parts;
}

async function answersTo(...parts: readonly (Buffer | string)[]): Promise<string> {
  let written = '';
  await compareLines('deb', chunks(...parts), async (text) => {
    written += text;
  });
  return written;
}

describe('compare-versions', () => {
  test('each line has its answer, in order', async () => {
    expect(await answersTo('1.0\t1.1\n1:1\t2\n1\t1-0\n')).toBe('<\n>\n=\n');
  });

  test('what cannot be compared has a question mark', async () => {
    expect(await answersTo('1 2\t1\n1\n\n1\t2\t3\n1\t2\n')).toBe('?\n?\n?\n?\n<\n');
  });

  test('lines may end in CRLF, the last one in nothing, and chunks anywhere', async () => {
    expect(await answersTo('1\t2\r\n3', '\t2\r', '\n4\t4')).toBe('<\n>\n=\n');
    expect(await answersTo(Buffer.from([0x31, 0xc3]), Buffer.from([0xa9, 0x09, 0x31, 0x0a]))).toBe('>\n');
    expect(await answersTo('')).toBe('');
  });

  test('a line of any length is read past in bounded memory', async () => {
    const endless = Array.from({ length: 300 }, () => '1'.repeat(65_536));
    expect(await answersTo('1\t2\n', ...endless, '\t1\n1\t2\n')).toBe('<\n?\n<\n');
    expect(await answersTo(...endless)).toBe('?\n');
  });

  test('many lines are answered in few writes', async () => {
    const lines = '1.2.3-4\t1.2.3-5\n'.repeat(100_000);
    let writes = 0;
    let answers = '';
    await compareLines('deb', chunks(lines.slice(0, 700_000), lines.slice(700_000)), async (text) => {
      writes += 1;
      answers += text;
    });
    expect([writes, answers]).toEqual([2, '<\n'.repeat(100_000)]);
  });
});
