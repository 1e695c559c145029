import { describe, expect, test } from 'vitest';
import { satisfiesLines } from './satisfies.ts';

async function* chunks(...parts: readonly string[]): AsyncGenerator<string> {
  yield* parts;
}

describe('satisfies', () => {
  test('each line has its answer, and one that is none a question mark', async () => {
    let written = '';
    await satisfiesLines(chunks('1.2.3\t^1\n2.0.0\t^1', '\n1.2.3\tnonsense\n1.2.3\nv1.2.3\t1 - 2'), async (text) => {
      written += text;
    });
    expect(written).toBe('true\nfalse\nfalse\n?\ntrue\n');
  });
});
