import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDeb } from './deb.ts';

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

describe('Debian versions', () => {
  test.each([
    ['1.2.3-1', '1.2.3-2'],
    ['1.2.3-1', '1.2.3-1+b1'],
    ['1.2.3-1+b1', '1.2.3-1+b2'],
    ['1.2.3-1+b9', '1.2.3-1+deb12u1'],
    ['2.36-9+deb12u4', '2.36-9+deb12u10'],
    ['1.1.1n-0+deb11u5', '1.1.1w-0+deb11u1'],
    ['3.0~rc1-1', '3.0-1'],
    ['3.0~~', '3.0~'],
    ['9.9.9-1', '1:0.1-1'],
    ['1:1.2.13.dfsg-1', '1:1.3.dfsg+really1.3.1-1'],
    ['5.10.209-2', '5.10.218-1'],
    ['1.0-1~deb12u1', '1.0-1'],
    ['1.0a', '1.0+'],
    ['1.0-1.a', '1.0+a'],
    ['1.9', '1.10'],
    ['1.99999999999999999998', '1.99999999999999999999'],
    ['', '0'],
    ['', '~'],
  ])('%s is before %s', (lower, higher) => {
    expect(compareDeb(lower, higher)).toBe(-1);
    expect(compareDeb(higher, lower)).toBe(1);
  });

  test.each([
    ['1.0', '0:1.0'],
    ['1.0', '1.0-0'],
    ['1.0-00', '1.0'],
    ['01.010', '1.10'],
    [' 1.0\t', '1.0'],
    ['+1:1.0', '01:1.0'],
    ['1:2:3', '1:2:3'],
    ['', ''],
  ])('%j equals %j', (a, b) => {
    expect(compareDeb(a, b)).toBe(0);
  });

  test.each([':1', 'a:1', '-1:1', '1-1:1', '2147483648:1', '1:', '1-', '-1', '1 2', ' ', '1'.repeat(1_025)])(
    'dpkg refuses %j, so it is not comparable',
    (text) => {
      expect(compareDeb(text, '1')).toBeUndefined();
      expect(compareDeb('1', text)).toBeUndefined();
    },
  );
});

describe.skipIf(!hasDpkg)('Debian versions against dpkg (skipped: dpkg is not installed)', () => {
  test('every random pair is ordered as dpkg orders it', () => {
    const characters = fc.string({ unit: fc.constantFrom(...'0019azAZ~+-.:_ é'), maxLength: 10 });
    const usual = fc
      .tuple(fc.constantFrom('', '0:', '1:', '2:'), fc.nat(30), characters, fc.nat(12), fc.nat(3))
      .map(([epoch, major, middle, revision, binary]) => `${epoch}${major}.${middle}-${revision}+b${binary}`);
    const version = fc.oneof(characters, usual).filter((text) => !text.startsWith('-'));
    const pairs = fc.sample(fc.tuple(version, version), 120);
    expect(pairs.map(([a, b]) => compareDeb(a, b))).toEqual(dpkgOrders(pairs));
  });
});

function dpkgOrders(pairs: readonly (readonly [string, string])[]): (number | undefined)[] {
  const script = `
    while IFS= read -r a && IFS= read -r b; do
      dpkg --compare-versions "$a" lt "$b" 2>/dev/null
      case $? in
        0) echo -1 ;;
        2) echo refused ;;
        *) if dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo 0; else echo 1; fi ;;
      esac
    done`;
  const output = execFileSync('sh', ['-c', script], { input: pairs.map(([a, b]) => `${a}\n${b}\n`).join('') });
  return output
    .toString()
    .trim()
    .split('\n')
    .map((line) => (line === 'refused' ? undefined : Number(line)));
}
