import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagePattern } from './image-pattern.ts';

describe('imagePattern', () => {
  it.each([
    ['alpine', 'alpine', true],
    ['alpine', 'alpine:3.19', true],
    ['alpine', `alpine@sha256:${'a'.repeat(64)}`, true],
    ['alpine', 'alpine-evil', false],
    ['alpine', 'evil/alpine', false],
    ['alpine:3.*', 'alpine:3.19', true],
    ['alpine:3.*', 'alpine:4', false],
    ['registry.example/*', 'registry.example/app:1', true],
    ['registry.example/*', 'registry.example/team/app:1', false],
    ['registry.example/**', 'registry.example/team/app:1', true],
    ['registry.example/**', 'registry.example.evil/app', false],
    ['localhost:5000/**', 'localhost:5000/team/app', true],
    ['**/app', 'registry.example/team/app:1', true],
    ['registry.example/team', 'registry.example/team/app', false],
    ['a.b', 'axb', false],
    ['*', 'app', true],
    ['**', 'registry.example/a/b@sha256:1', true],
    ['', '', true],
    ['', 'a', false],
  ])('%s fits %s: %s', (pattern, name, fits) => {
    expect(imagePattern(pattern)(name)).toBe(fits);
  });

  it('says the same as a regular expression would', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '/', ':', '*', '**', '.'), { maxLength: 8 }).map((p) => p.join(''));
    const name = fc.array(fc.constantFrom('a', 'b', '/', ':', '.'), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, name, (pattern, given) => {
        const tagged = /[:@][^/]*$/.test(pattern);
        const source = pattern.replace(/\*+|\./g, (part) => (part === '.' ? '\\.' : part === '*' ? '[^/]*' : '.*'));
        const expected = new RegExp(`^${source}${tagged ? '' : '(?:[:@][^/]*)?'}$`);
        expect(imagePattern(pattern)(given)).toBe(expected.test(given));
      }),
    );
  });

  it('a pattern of many stars is over before long', () => {
    expect(imagePattern(`${'*a'.repeat(200)}b`)('a'.repeat(2000))).toBe(false);
  });
});
