import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/harness/runs.ts';
import { satisfiesNpmRange } from './npm-range.ts';

const NODE_SEMVER = resolve(dirname(realpathSync(process.execPath)), '../lib/node_modules/npm/node_modules/semver');

describe('npm ranges', () => {
  test.each([
    ['1.2.3', ''],
    ['1.2.3', '*'],
    ['1.2.3', 'x'],
    ['1.2.3', '1'],
    ['1.2.3', '1.x'],
    ['1.2.3', '1.2.*'],
    ['1.2.3', '=1.2.3'],
    ['v1.2.3', 'v1.2.3'],
    ['1.2.3+build', '1.2.3+other'],
    [' 1.2.3 ', '>= 1.2.3  <  2'],
    ['1.2.3', '<2.0.0 >=1'],
    ['1.2.3', '>1.2.2 <=1.2'],
    ['2.0.0', '>1'],
    ['1.9.9', '<=1'],
    ['1.2.3', '1.0.0 - 2.0.0'],
    ['2.0.9', '1.0 - 2.0'],
    ['2.9.9', '1 - 2'],
    ['1.9.0', '^1.2.3'],
    ['0.2.9', '^0.2.3'],
    ['0.0.3', '^0.0.3'],
    ['0.0.9', '^0.0'],
    ['0.9.9', '^0'],
    ['1.2.9', '~1.2.3'],
    ['1.2.9', '~> 1.2'],
    ['1.9.9', '~1'],
    ['3.0.0', '^1 || ^2 || ^3'],
    ['3.0.0', '^1||'],
    ['1.2.3-beta.2', '>=1.2.3-beta.1'],
    ['1.2.3-beta.2', '^1.2.3-beta'],
    ['1.2.3-beta.2', '~1.2.3-beta.2 <1.2.4'],
    ['1.2.3-10', '>1.2.3-9'],
    ['1.2.3-a', '>1.2.3-9'],
    ['1.2.3', '1.2.3*'],
  ])('%s satisfies %j', (version, range) => {
    expect(satisfiesNpmRange(version, range)).toBe(true);
  });

  test.each([
    ['2.0.0', '^1.2.3'],
    ['2.0.0-0', '^1.2.3'],
    ['0.3.0', '^0.2.3'],
    ['0.0.4', '^0.0.3'],
    ['1.3.0', '~1.2.3'],
    ['1.3.0-rc.1', '~1.2.3'],
    ['1.9.9', '>1'],
    ['2.0.0', '<=1'],
    ['1.0.0', '<1'],
    ['1.0.0-rc.1', '<1'],
    ['3.0.0', '1 - 2'],
    ['1.2.3-beta', '*'],
    ['1.2.3-beta', ''],
    ['1.2.4-beta', '>=1.2.3-beta'],
    ['1.2.3-beta', '>=1.2.2'],
    ['1.2.3-beta', '1.2.3-beta || *'],
    ['1.2.3', '>*'],
    ['1.2.3', '<0.0.0-0'],
  ])('%s does not satisfy %j', (version, range) => {
    expect(satisfiesNpmRange(version, range)).toBe(false);
  });

  test.each([
    'latest',
    '1.2.3 || latest',
    '>>1',
    '1.2.3.4',
    '1..2',
    '01.2.3',
    '==1.2.3',
    '|1',
    '1 -2',
    '^9007199254740991',
  ])('nothing satisfies %j, which is no range', (range) => {
    expect(satisfiesNpmRange('1.2.3', range)).toBe(false);
  });

  test.each(['', '1', '1.2', '=1.2.3', '1.2.3.4', '01.2.3', '1.2.3-01', '1.2.3-', '1.2.3+', '1.0.9007199254740992'])(
    '%j satisfies nothing, for it is no version',
    (version) => {
      expect(satisfiesNpmRange(version, '*')).toBe(false);
    },
  );

  test('a version of more than 256 characters is none, and a range of more than 65,536 is not looked at', () => {
    expect(satisfiesNpmRange(`1.2.3-${'a'.repeat(250)}`, '>=1.2.3-a')).toBe(true);
    expect(satisfiesNpmRange(`1.2.3-${'a'.repeat(251)}`, '>=1.2.3-a')).toBe(false);
    expect(satisfiesNpmRange('1.2.3', `${'1||'.repeat(21_845)}1`)).toBe(true);
    expect(satisfiesNpmRange('1.2.3', '1'.padEnd(65_537))).toBeUndefined();
  });

  test('long hostile ranges are refused at once', () => {
    for (const piece of [
      'v',
      '=',
      ' ',
      '<',
      '> ',
      '~',
      '^ ',
      '1',
      '1.',
      '-',
      '1 - ',
      '+',
      '+a',
      '||',
      '*',
      'x.',
      '<=v ',
    ]) {
      const range = `!${piece.repeat(65_000 / piece.length)}!`;
      expect(satisfiesNpmRange('1.2.3', range)).toBe(false);
    }
  });
});

describe.skipIf(!existsSync(NODE_SEMVER))('npm ranges against node-semver (skipped: no npm beside this Node)', () => {
  const part = fc.constantFrom(...'0 1 2 10 x X * 01 9007199254740991'.split(' '));
  const prerelease = fc.constantFrom('', '', '', '-0', '-1', '-alpha', '-beta.1', '-v', '+b', '-01', '-a+b');
  const operator = fc.constantFrom(
    '',
    '',
    '<',
    '>',
    '<=',
    '>=',
    '=',
    '^',
    '~',
    '~>',
    '> ',
    '^ ',
    '~ ',
    '~> ',
    'v',
    '= ',
  );
  const partial = fc
    .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), prerelease)
    .map(([parts, tail]) => (parts.length === 3 ? parts.join('.') + tail : parts.join('.')));
  const comparator = fc.tuple(operator, partial).map(([before, version]) => before + version);
  const hyphen = fc.tuple(partial, partial).map((ends) => ends.join(' - '));
  const noise = fc.string({ unit: fc.constantFrom(...'<>=~^ *xv.-+|01a'), maxLength: 3 });
  const alternative = fc.oneof(
    { weight: 6, arbitrary: fc.array(comparator, { maxLength: 3 }).map((all) => all.join(' ')) },
    { weight: 2, arbitrary: hyphen },
    { weight: 1, arbitrary: fc.tuple(comparator, noise, comparator).map((all) => all.join('')) },
  );
  const range = fc.array(alternative, { minLength: 1, maxLength: 3 }).map((all) => all.join('||'));
  const number = fc.constantFrom('0', '1', '2', '10');
  const version = fc.tuple(number, number, number, prerelease).map(([a, b, c, tail]) => `${a}.${b}.${c}${tail}`);

  test('every random pair has the answer that node-semver gives', () => {
    const semver: { satisfies(version: string, range: string): boolean } = createRequire(import.meta.url)(NODE_SEMVER);
    fc.assert(
      fc.property(version, range, (left, right) => {
        expect(satisfiesNpmRange(left, right)).toBe(semver.satisfies(left, right));
      }),
      { numRuns: runs(1000) },
    );
  });
});
