import { expect, it } from 'vitest';
import { nameFromPath, POSSIBLE_PLACE, placeOf } from './place.ts';

it.each([
  ['app/node_modules/ms/package.json', 'module'],
  ['node_modules/@scope/name/package.json', 'module'],
  ['app/node_modules/a/node_modules/@s/b/node_modules/c/package.json', 'module'],
  ['app/node_modules/.pnpm/ms@2.1.3/node_modules/ms/package.json', 'module'],
  ['app/node_modules/.pnpm/@s+n@1.0.0/node_modules/@s/n/package.json', 'module'],
  ['app/node_modules/.store/ms-npm-2.1.3-81ff3cfac1/package/package.json', 'module'],
  ['usr/local/lib/node_modules/npm/node_modules/semver/package.json', 'module'],
  ['usr/share/nodejs/ms/package.json', 'system'],
  ['usr/share/nodejs/@babel/core/package.json', 'system'],
  ['usr/lib/x86_64-linux-gnu/nodejs/sqlite3/package.json', 'system'],
  ['usr/share/nodejs/webpack/node_modules/ms/package.json', 'module'],
  ['opt/yarn-v1.22.19/package.json', 'free'],
  ['package.json', 'free'],
  ['app/.next/standalone/package.json', 'free'],
  ['app/node_modules/resolve/test/resolver/baz/package.json', 'inside'],
  ['app/node_modules/resolve/test/x/node_modules/tap/package.json', 'inside'],
  ['app/node_modules/rxjs/ajax/package.json', 'inside'],
  ['app/node_modules/@scope/package.json', 'inside'],
  ['app/node_modules/.bin/package.json', 'inside'],
  ['app/node_modules/package.json', 'inside'],
  ['usr/share/nodejs/webpack/lib/package.json', 'inside'],
  ['usr/share/nodejs/webpack/lib/node_modules/a/package.json', 'inside'],
] as const)('%s is %s', (path, place) => {
  expect(placeOf(path)).toBe(place);
  if (place !== 'inside') expect(POSSIBLE_PLACE.test(path)).toBe(true);
});

it('tells places of hostile paths without delay', () => {
  const deep = 'node_modules/a/'.repeat(4000);
  expect(placeOf(`${deep}package.json`)).toBe('module');
  expect(placeOf(`${deep}x/package.json`)).toBe('inside');
  expect(placeOf(`${'.a/b/'.repeat(10_000)}package.jso`)).toBe('inside');
  expect(placeOf(`${'node_modules/.a/b/'.repeat(5000)}package.json`)).toBe('inside');
});

it('names a package by its directory, with the scope', () => {
  expect(nameFromPath('app/node_modules/@s/n/package.json')).toBe('@s/n');
  expect(nameFromPath('app/node_modules/n/package.json')).toBe('n');
});
