import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wants } from '#notify/rules.ts';

it('looks at the kind', () => {
  const rule = { kinds: ['failed'] as const, subjects: [] };
  expect(wants(rule, { kind: 'failed', subject: 'x' })).toBe(true);
  expect(wants(rule, { kind: 'succeeded', subject: 'x' })).toBe(false);
  expect(wants(rule, { kind: 'test', subject: 'x' })).toBe(true);
});

it.each([
  ['volume:db', 'volume:db', true],
  ['volume:db', 'volume:db2', false],
  ['volume:*', 'volume:db', true],
  ['volume:*', 'repository:db', false],
  ['*:db', 'volume:db', true],
  ['*', '', true],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['**b', 'ab', true],
  ['vol.me:db', 'volume:db', false],
])('the pattern %s fits %s: %s', (pattern, subject, fits) => {
  expect(wants({ kinds: ['failed'], subjects: ['other', pattern] }, { kind: 'failed', subject })).toBe(fits);
});

it('agrees with a regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  const plain = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(text, plain, (pattern, subject) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(subject);
      expect(wants({ kinds: ['failed'], subjects: [pattern] }, { kind: 'failed', subject })).toBe(expected);
    }),
  );
});
