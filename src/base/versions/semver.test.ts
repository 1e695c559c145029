import { describe, expect, test } from 'vitest';
import { compareSemver } from './semver.ts';

describe('semantic versions', () => {
  test.each([
    ['4.17.20', '4.17.21'],
    ['1.9.0', '1.10.0'],
    ['1.0.0-alpha', '1.0.0-alpha.1'],
    ['1.0.0-alpha.1', '1.0.0-alpha.beta'],
    ['1.0.0-2', '1.0.0-10'],
    ['1.0.0-99', '1.0.0-a'],
    ['1.0.0-B', '1.0.0-a'],
    ['1.0.0-rc10', '1.0.0-rc2'],
    ['1.0.0-0', '1.0.0'],
    ['1.0.0-9007199254740992', '1.0.0-9007199254740993'],
    ['1.9007199254740992.0', '1.9007199254740993.0'],
    ['1.0.0alpha1', '1.0.0'],
    ['1.2-beta', '1.2'],
    ['1.2.3', '1.2.3.1'],
  ])('%s is before %s', (lower, higher) => {
    expect(compareSemver(lower, higher)).toBe(-1);
    expect(compareSemver(higher, lower)).toBe(1);
  });

  test.each([
    ['v1.2.3', '1.2.3'],
    ['=1.2.3', ' 1.2.3 '],
    ['= v1.2.3', '1.2.3'],
    ['1', '1.0.0'],
    ['1.2', '1.2.0'],
    ['01.02.03', '1.2.3'],
    ['1.2.3+build.1', '1.2.3+other'],
    ['1.2.3-rc.1+a-b', '1.2.3-rc.1'],
    ['1.2.3alpha', '1.2.3-alpha'],
  ])('%j equals %j', (a, b) => {
    expect(compareSemver(a, b)).toBe(0);
  });

  test.each([
    '',
    'latest',
    'x.1.2',
    '1.x',
    '1..2',
    '1.',
    '1.2.3-',
    '1.2.3-a..b',
    '1.2.3-ä',
    '1.2 .3',
    '1'.repeat(1_025),
  ])('%j is not comparable', (text) => {
    expect(compareSemver(text, '1.0.0')).toBeUndefined();
    expect(compareSemver('1.0.0', text)).toBeUndefined();
  });
});
