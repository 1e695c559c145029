import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseChallenges } from '#base/registry-client/challenge.ts';

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

test('reads the challenge of a token service', () => {
  const header =
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"';
  expect(read(header)).toEqual([
    ['bearer', { realm: 'https://auth.example/token', service: 'registry.example', scope: 'repository:a/b:pull,push' }],
  ]);
});

test('reads several challenges in one header, tokens, escapes and odd spaces', () => {
  expect(read('Basic realm = "a \\"b\\", c" , charset=UTF-8,, BEARER Realm=x ,error="invalid_token"')).toEqual([
    ['basic', { realm: 'a "b", c', charset: 'UTF-8' }],
    ['bearer', { realm: 'x', error: 'invalid_token' }],
  ]);
  expect(read('Negotiate, Basic realm="x"')).toEqual([
    ['negotiate', {}],
    ['basic', { realm: 'x' }],
  ]);
});

test('takes the first of a parameter that comes twice', () => {
  expect(read('Bearer realm="a",realm="b"')).toEqual([['bearer', { realm: 'a' }]]);
});

test('survives headers that are cut', () => {
  expect(read('')).toEqual([]);
  expect(read('Bearer realm="a')).toEqual([['bearer', { realm: 'a' }]]);
  expect(read('Bearer realm="a\\')).toEqual([['bearer', { realm: 'a' }]]);
  expect(read('="x"')).toEqual([['x', {}]]);
});

test('reads any parameters back', () => {
  const token = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
  fc.assert(
    fc.property(token, fc.dictionary(token, fc.string(), { minKeys: 1, maxKeys: 5 }), (scheme, parameters) => {
      const written = Object.entries(parameters).map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`);
      expect(read(`${scheme} ${written.join(', ')}`)).toEqual([[scheme, parameters]]);
    }),
  );
});

test('ends on any text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ' ', ',', '=', '"', '\\', '\t', 'é') }),
      (text) => void parseChallenges(text),
    ),
  );
  parseChallenges('a='.repeat(100_000));
});
