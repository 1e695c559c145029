import fc from 'fast-check';
import { expect, it } from 'vitest';
import { wants } from '#notify/rules.ts';

it('looks at the kind', () => {
  const rule = { kinds: ['failed'] as const, subjects: [] };
  expect(wants(rule, { kind: 'failed', subject: 'x' }, false)).toBe(true);
  expect(wants(rule, { kind: 'succeeded', subject: 'x' }, false)).toBe(false);
  expect(wants(rule, { kind: 'test', subject: 'x' }, false)).toBe(true);
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
  expect(wants({ kinds: ['failed'], subjects: ['other', pattern] }, { kind: 'failed', subject }, false)).toBe(fits);
});

it('agrees with a regular expression', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
  const plain = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
  fc.assert(
    fc.property(text, plain, (pattern, subject) => {
      const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(subject);
      expect(wants({ kinds: ['failed'], subjects: [pattern] }, { kind: 'failed', subject }, false)).toBe(expected);
    }),
  );
});

it('a whole stands for its parts only where that is wanted', () => {
  const rule = { kinds: ['failed'] as const, subjects: ['schedule:nightly'] };
  const part = { kind: 'failed' as const, subject: 'schedule:nightly/volume:db' };
  expect(wants(rule, part, true)).toBe(true);
  expect(wants(rule, part, false)).toBe(false);
  expect(wants(rule, { ...part, subject: 'schedule:nightly2/volume:db' }, true)).toBe(false);
});
