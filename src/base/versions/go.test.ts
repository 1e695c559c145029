import { describe, expect, test } from 'vitest';
import { compareGo } from './go.ts';

describe('Go versions', () => {
  test.each([
    ['v1.2.3', 'v1.10.0'],
    ['v0.0.0-20190308221718-c2843e01d9a2', 'v0.0.0-20200622213623-75b288015ac9'],
    ['v0.0.0-20200622213623-75b288015ac9', '0.1.0'],
    ['v1.2.4-0.20210101000000-abcdefabcdef', 'v1.2.4'],
    ['v1.2.3', 'v1.2.4-0.20210101000000-abcdefabcdef'],
    ['v1.2.3-rc.1.0.20210101000000-abcdefabcdef', 'v1.2.3-rc.2'],
    ['1.21.0-0', 'go1.21beta1'],
    ['go1.21beta1', '1.21rc1'],
    ['1.21rc2', '1.21.0'],
    ['go1.21rc2', '1.21rc10'],
    ['go1.24rc1', '1.24.0-rc.2'],
    ['go1.9.2rc2', '1.9.2'],
    ['go1.20.14', '1.21.0-0'],
    ['1.21.0-0', 'go1.21'],
    ['go1.21', 'go1.21rc1'],
    ['go1.20rc3', 'go1.20'],
  ])('%s is before %s', (lower, higher) => {
    expect(compareGo(lower, higher)).toBe(-1);
    expect(compareGo(higher, lower)).toBe(1);
  });

  test.each([
    ['go1.20', '1.20.0'],
    ['go1', '1.0.0'],
    ['1.21.3', 'v1.21.3'],
    ['go1.21.3', '1.21.3'],
    ['go1.24rc2', '1.24.0-rc.2'],
    ['v2.0.0+incompatible', '2.0.0'],
    ['v1.2.3+dirty', 'v1.2.3'],
    ['v2.0.0+incompatible+dirty', 'v2.0.0'],
    ['go1.20.1 X:boringcrypto', '1.20.1'],
    ['go1.21.4-acme', '1.21.4'],
    ['v1.2', 'v1.2.0'],
  ])('%s equals %s', (a, b) => {
    expect(compareGo(a, b)).toBe(0);
  });

  test.each(['', '(devel)', 'devel go1.22-8e1fdea831', 'unknown', 'go', 'gopher1', 'v', 'v1.2.x', 'go1.2.3.4'])(
    '%j is not comparable',
    (text) => {
      expect(compareGo(text, '1.20.0')).toBeUndefined();
      expect(compareGo('1.20.0', text)).toBeUndefined();
    },
  );
});
