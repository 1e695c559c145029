import { describe, expect, test } from 'vitest';
import { schemeOf } from './ecosystem-scheme.ts';

describe('ecosystems', () => {
  test.each([
    ['Debian:12', 'deb'],
    ['Ubuntu:22.04:LTS', 'deb'],
    ['Alpine:v3.19', 'apk'],
    ['Wolfi', 'apk'],
    ['Red Hat:enterprise_linux:9::baseos', 'rpm'],
    ['openSUSE:Leap 15.5', 'rpm'],
    ['npm', 'semver'],
    ['PyPI', 'pep440'],
    ['Go', 'go'],
  ])('%s has the order %s', (ecosystem, scheme) => {
    expect(schemeOf(ecosystem)).toBe(scheme);
  });

  test.each(['', 'Maven', 'debian', 'constructor', ':12'])('%j has none', (ecosystem) => {
    expect(schemeOf(ecosystem)).toBeUndefined();
  });
});
