import { describe, expect, test } from 'vitest';
import { comparePep440 } from './pep440.ts';

/** In ascending order, each step one rule. */
const ASCENDING = [
  '1.dev0',
  '1.0.dev456',
  '1.0a1.dev1',
  '1.0a1',
  '1.0a1.post1.dev2',
  '1.0a1.post1',
  '1.0a2.dev456',
  '1.0a12',
  '1.0b1.dev456',
  '1.0b2',
  '1.0b2.post345',
  '1.0rc1',
  '1.0',
  '1.0+abc.5',
  '1.0+abc.7',
  '1.0+abc.7.1',
  '1.0+5',
  '1.0.post456.dev34',
  '1.0.post456',
  '1.0.1',
  '1.1.dev1',
  '1.10',
  '1!0.1',
];

describe('Python versions', () => {
  test('the whole ladder is in order', () => {
    for (const [index, lower] of ASCENDING.entries()) {
      for (const higher of ASCENDING.slice(index + 1)) {
        expect([lower, higher, comparePep440(lower, higher)]).toEqual([lower, higher, -1]);
        expect(comparePep440(higher, lower)).toBe(1);
      }
    }
  });

  test.each([
    ['1', '1.0.0'],
    ['v1.0', '1.0'],
    [' 1.0\n', '1.0'],
    ['1.0ALPHA1', '1.0a1'],
    ['1.0-alpha-1', '1.0a1'],
    ['1.0.c.3', '1.0rc3'],
    ['1.0preview', '1.0rc0'],
    ['1.0-1', '1.0.post1'],
    ['1.0-r4', '1.0.post4'],
    ['1.0.rev', '1.0.post0'],
    ['1.0dev', '1.0.dev0'],
    ['1.0_dev_3', '1.0.dev3'],
    ['1.0+Ubuntu-1', '1.0+ubuntu.1'],
    ['0!1.0', '1.0'],
    ['1.00', '1.0'],
    ['1.0+01', '1.0+1'],
  ])('%j equals %j', (a, b) => {
    expect(comparePep440(a, b)).toBe(0);
  });

  test.each([
    '',
    'trunk',
    '1.0-final',
    '1.0.',
    '1..0',
    '1.0+',
    '1.0+a..b',
    '1.0-1-2',
    '1.0p1',
    '1.0 1',
    'v',
    '1!',
    '1.0a1b1',
    '\u0661.0',
    '1'.repeat(1_025),
  ])('%j is not comparable', (text) => {
    expect(comparePep440(text, '1.0')).toBeUndefined();
    expect(comparePep440('1.0', text)).toBeUndefined();
  });
});
