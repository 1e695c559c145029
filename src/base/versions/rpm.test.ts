import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareRpm } from './rpm.ts';

const hasRpm = spawnSync('rpm', ['--version']).status === 0;

describe('rpm versions', () => {
  test.each([
    ['3.0.7-24.el9', '3.0.7-25.el9_3'],
    ['3.0.7-25.el9_3', '1:1.0-1.el9'],
    ['1:1.1.1k-9.el8_7', '1:1.1.1k-12.el8_9'],
    ['4.18.0-477.10.1.el8_8', '4.18.0-477.27.1.el8_8'],
    ['2.34-60.el9', '2.34-60.0.2.el9'],
    ['1.0~rc1-1', '1.0-1'],
    ['1.0~rc1', '1.0~rc2'],
    ['1.0-1', '1.0^20240101git1-1'],
    ['1.0^git1', '1.0.1'],
    ['1.0~rc1^git1', '1.0'],
    ['1.0a', '1.0.1'],
    ['1.0', '1.0a'],
    ['1.0', '1.0-1'],
    ['1.9', '1.10'],
    ['', '0'],
    ['~', ''],
  ])('%s is before %s', (lower, higher) => {
    expect(compareRpm(lower, higher)).toBe(-1);
    expect(compareRpm(higher, lower)).toBe(1);
  });

  test.each([
    ['1.0-1.el9', '0:1.0-1.el9'],
    ['1.01', '1.1'],
    ['1_0', '1.0'],
    ['1.0.', '1.0'],
    ['00:1', '1'],
    ['a.ü', 'a.ß'],
  ])('%s equals %s', (a, b) => {
    expect(compareRpm(a, b)).toBe(0);
  });

  test('only the text behind the last hyphen is the release, and only digits before a colon are an epoch', () => {
    expect(compareRpm('1.2.3.4', '1-2-3-4')).toBe(1);
    expect(compareRpm('a:2', '1')).toBe(-1);
  });

  test('a text of more than 1,024 characters is not comparable', () => {
    expect(compareRpm('1'.repeat(1_025), '1')).toBeUndefined();
  });
});

describe.skipIf(!hasRpm)('rpm versions against rpm (skipped: rpm is not installed)', () => {
  test('every random pair is ordered as rpm orders it', () => {
    const characters = fc.string({ unit: fc.constantFrom(...'0019abAZ~^+-.:_ é'), minLength: 1, maxLength: 12 });
    const usual = fc
      .tuple(fc.constantFrom('', '0:', '1:'), fc.nat(30), characters, fc.nat(12), fc.nat(3))
      .map(([epoch, major, middle, release, minor]) => `${epoch}${major}.${middle}-${release}.el9_${minor}`);
    const version = fc.oneof(characters, usual);
    const pairs = fc.sample(fc.tuple(version, version), 2_000);
    expect(pairs.map(([a, b]) => compareRpm(a, b))).toEqual(rpmOrders(pairs));
  });
});

/** Asks rpm's own `rpm.vercmp`; neither percent signs nor backslashes survive in a macro. */
function rpmOrders(pairs: readonly (readonly [string, string])[]): number[] {
  const script = `for a in io.stdin:lines() do
    local b = io.stdin:read()
    io.stdout:write(tostring(rpm.vercmp(a, b)), string.char(10))
  end`;
  const output = execFileSync('rpm', ['--eval', `%{lua:${script}}`], {
    input: pairs.map(([a, b]) => `${a}\n${b}\n`).join(''),
  });
  return output.toString().trim().split('\n').slice(0, pairs.length).map(Number);
}
