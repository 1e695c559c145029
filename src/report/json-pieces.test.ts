import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonPieces } from './json-pieces.ts';

test('the pieces are what JSON.stringify gives', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 6 }),
    fc.object({ withNullPrototype: true }).map((one) => JSON.parse(JSON.stringify(one))),
  );
  fc.assert(
    fc.property(value, (one) => {
      expect([...jsonPieces(one)].join('')).toBe(JSON.stringify(one, null, 2));
    }),
  );
});

test('undefined fields are left out', () => {
  const value = { list: [1], none: undefined, inner: { none: undefined, list: [{ none: undefined }] } };
  expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value, null, 2));
});

test('a long list comes in many pieces', () => {
  const value = { list: Array.from({ length: 50_000 }, (_, index) => ({ index })) };
  const pieces = [...jsonPieces(value)];
  expect(pieces.length).toBeGreaterThan(10);
  expect(pieces.join('')).toBe(JSON.stringify(value, null, 2));
});
