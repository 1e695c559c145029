import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FileMatch } from './cataloger.ts';
import { compileMatches } from './matcher.ts';

const matching = (...matches: readonly FileMatch[]) => {
  const matcher = compileMatches(matches.map((match, index) => ({ match, id: index })));
  return (path: string) => matcher(path).map(({ id }) => id);
};

it('finds files by whole paths, base names, endings and directories', () => {
  const match = matching(
    { paths: ['var/lib/dpkg/status'] },
    { names: ['package.json'] },
    { endings: ['.egg-info', '.list'] },
    { directories: ['var/lib/dpkg', ''] },
  );
  expect(match('var/lib/dpkg/status')).toEqual([0, 3]);
  expect(match('a/var/lib/dpkg/status')).toEqual([]);
  expect(match('package.json')).toEqual([1]);
  expect(match('a/package.json')).toEqual([1]);
  expect(match('a/xpackage.json')).toEqual([]);
  expect(match('package.json/a')).toEqual([]);
  expect(match('a/b.egg-info')).toEqual([2]);
  expect(match('a/.list')).toEqual([2]);
  expect(match('a.list/b')).toEqual([]);
  expect(match('var/lib/dpkg/info.list')).toEqual([3, 2]);
  expect(match('var/lib/dpkg/info/a')).toEqual([]);
  expect(match('')).toEqual([]);
});

it('asks what narrows the match, for each cataloger on its own', () => {
  const match = matching({ names: ['a'], only: /^x\// }, { names: ['a'] });
  expect(match('x/a')).toEqual([0, 1]);
  expect(match('y/a')).toEqual([1]);
});

it('names a cataloger once, however often it matches', () => {
  const match = matching({ paths: ['d/a.b'], names: ['a.b', 'a.b'], endings: ['.b', 'a.b'], directories: ['d'] });
  expect(match('d/a.b')).toEqual([0]);
});

it('is never led astray by names of objects', () => {
  const match = matching({ names: ['constructor'] });
  expect(match('__proto__')).toEqual([]);
  expect(match('constructor')).toEqual([0]);
  fc.assert(fc.property(fc.string(), (path) => match(path).every((id) => id === 0)));
});
