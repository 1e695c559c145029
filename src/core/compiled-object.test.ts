import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { compiledObject } from '#core/compiled-object.ts';

const shape = { name: z.string(), count: z.optional(z.number()), none: z.nullable(z.string()) };
const inner = { list: z.array(z.object(shape)), by: z.record(z.string(), z.number()) };
const plain = z.object({ ...inner, one: z.object(shape) });
const compiled = compiledObject({ ...inner, one: compiledObject(shape) });

const one = { name: 'a', none: null };
test.each([
  ['what fits', { list: [one], by: { a: 1 }, one: { ...one, count: 2 } }],
  ['what is more than fits', { list: [{ ...one, more: 1 }], by: {}, one: { ...one, more: 1 }, more: [] }],
  ['an optional member that is undefined', { list: [], by: {}, one: { ...one, count: undefined } }],
  ['a missing member', { list: [], one }],
  ['wrong members, deep inside', { list: [{ name: 1, none: 2 }], by: { a: 'b' }, one: { name: null, count: 'x' } }],
  ['a list', []],
  ['null', null],
  ['a text', 'text'],
  ['a member that no object should have', JSON.parse('{"__proto__": {"x": 1}, "list": [], "by": {}, "one": {}}')],
])('answers as z.object does: %s', (_, value) => {
  const [expected, found] = [plain.safeParse(value), compiled.safeParse(value)];
  expect(found.success).toBe(expected.success);
  expect(found.data).toEqual(expected.data);
  expect(found.error?.issues).toEqual(expected.error?.issues);
});

test('is a schema like others', () => {
  const more = z.extend(compiledObject(shape), { other: z.string() });
  expect(more.parse({ ...one, other: 'b' })).toEqual({ ...one, other: 'b' });
});
