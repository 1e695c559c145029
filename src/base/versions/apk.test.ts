import { describe, expect, test } from 'vitest';
import { compareApk } from './apk.ts';

describe('Alpine versions', () => {
  test.each([
    ['1.36.1-r4', '1.36.1-r15'],
    ['3.1.4-r5', '3.1.5-r0'],
    ['1.2', '1.2-r0'],
    ['2.0_alpha1', '2.0_beta'],
    ['2.0_beta3', '2.0_pre1'],
    ['2.0_pre1', '2.0_rc1'],
    ['2.0_rc4-r7', '2.0'],
    ['2.0', '2.0_cvs'],
    ['2.0_cvs1', '2.0_svn'],
    ['2.0_svn1', '2.0_git20240101'],
    ['2.0_git20240101', '2.0_hg'],
    ['2.0_hg2', '2.0_p0'],
    ['2.0_p1', '2.0_p1_git2'],
    ['2.0_p1_rc2', '2.0_p1'],
    ['2.0_rc1_alpha', '2.0_rc1'],
    ['1.1.1', '1.1.1a'],
    ['1.1.1t-r2', '1.1.1u-r0'],
    ['1.1a', '1.1.0'],
    ['1.01', '1.1'],
    ['1.09', '1.9'],
    ['1.010', '1.02'],
    ['1.0', '1.00'],
    ['9', '010'],
    ['1.0', '1.0~ab'],
    ['1.0~ab-r1', '1.0~ac-r0'],
    ['1.0~ab-r1', '1.0~ab-r2'],
    ['1.18446744073709551615', '1.18446744073709551616'],
  ])('%s is before %s', (lower, higher) => {
    expect(compareApk(lower, higher)).toBe(-1);
    expect(compareApk(higher, lower)).toBe(1);
  });

  test.each([
    ['01.2', '1.2'],
    ['1.2-r01', '1.2-r1'],
    ['1.2_p01', '1.2_p1'],
    ['1.2_p', '1.2_p'],
  ])('%s equals %s', (a, b) => {
    expect(compareApk(a, b)).toBe(0);
  });

  test.each([
    ['what breaks the grammar', '1.2_final', '1.2'],
    ['an upper-case letter', '1.2B', '1.2a'],
    ['a missing number', '1..2', '1.0'],
    ['a missing first number', '.9', '0'],
    ['a hash that is none', '1.2~xyz', '1.2'],
    ['letters behind -r', '1.2-release', '1.2'],
    ['nothing at all', '', '0'],
  ])('%s sorts before a version', (_, broken, version) => {
    expect(compareApk(broken, version)).toBe(-1);
    expect(compareApk(version, broken)).toBe(1);
  });

  test('two versions broken in the same way are told apart by what follows', () => {
    expect(compareApk('6.0.2p1-r3', '6.0.2p1-r10')).toBe(-1);
    expect(compareApk('6.0.2p2', '6.0.2p10')).toBe(-1);
    expect(compareApk('1..2', '1..3')).toBe(-1);
    expect(compareApk('1.2_foo', '1.2_bar')).toBe(0);
  });

  test('a text of more than 1,024 characters is not comparable', () => {
    expect(compareApk('1'.repeat(1_025), '1')).toBeUndefined();
  });
});
