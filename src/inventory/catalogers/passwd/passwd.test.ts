import { describe, expect, test } from 'vitest';
import { parsePasswd } from './parse.ts';

describe('users of a passwd file', () => {
  test('are names with numbers; a name counts as its first line has it', () => {
    expect(parsePasswd('root:x:0:0:root:/root:/bin/sh\n app:x:1000:1000\napp:x:0:0\r\n\n:x:5\n')).toEqual([
      { name: 'root', uid: 0 },
      { name: 'app', uid: 1000 },
    ]);
  });

  test('a number that is none, negative or too large is not guessed', () => {
    const lines = ['a:x::0', 'b:x:abc:0', 'c:x:-0:0', 'd:x:2147483648:0', 'e:x: 5:0', 'f', 'g:x:2147483647:0'];
    const known = parsePasswd(lines.join('\n')).filter(({ uid }) => uid !== null);
    expect(known).toEqual([{ name: 'g', uid: 2147483647 }]);
  });

  test('a list without end is cut', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `u${index}:x:${index}:0`).join('\n');
    expect(parsePasswd(text)).toHaveLength(10_000);
  });
});
