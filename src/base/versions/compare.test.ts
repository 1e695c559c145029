import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareVersions } from './compare.ts';
import { VERSION_SCHEMES, type VersionScheme } from './scheme.ts';

const DATA = '../shared/data/versions/all-compare.jsonl.gz';
const SIGNS: Readonly<Record<string, number>> = { '<': -1, '=': 0, '>': 1 };

interface Row {
  readonly eco: string;
  readonly a: string;
  readonly op: string;
  readonly b: string;
}

describe.each(VERSION_SCHEMES)('the order of %s', (scheme) => {
  const words = fc.constantFrom(...'0 1 2 10 01 . - + ~ ^ _ : ! a b rc p git alpha -r post dev v go'.split(' '));
  const version = fc.oneof(
    fc.array(words, { maxLength: 7 }).map((parts) => `1${parts.join('')}`),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );

  test('turning a pair round turns the answer round, and a version equals itself or nothing', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = compareVersions(scheme, a, b);
        const back = compareVersions(scheme, b, a);
        expect(back).toBe(order === undefined ? undefined : order === 0 ? 0 : -order);
        expect([0, undefined]).toContain(compareVersions(scheme, a, a));
      }),
      { numRuns: 400 },
    );
  });

  test('what is below the lower of two is below the higher', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [first, second, third] = [
          compareVersions(scheme, a, b),
          compareVersions(scheme, b, c),
          compareVersions(scheme, a, c),
        ];
        if (first === undefined || second === undefined) return;
        if (first <= 0 && second <= 0) expect(third).toBe(Math.min(first, second));
      }),
      { numRuns: 400 },
    );
  });

  test('long texts of one kind are answered or refused at once', () => {
    for (const piece of ['1', '.', '1.', 'a', 'a1', '~', '-', '_p1', '0', '1!', 'v', ':']) {
      compareVersions(scheme, `1${piece.repeat(1_000 / piece.length)}`, `1${piece.repeat(1_000 / piece.length)}2`);
      expect(compareVersions(scheme, piece.repeat(100_000), '1')).toBeUndefined();
    }
  });
});

describe.skipIf(!existsSync(DATA))('recorded comparisons (skipped: ../shared/data is absent)', () => {
  const rows = existsSync(DATA) ? readRows() : [];

  function wrongRows(scheme: VersionScheme): Row[] {
    const own = rows.filter((row) => row.eco === scheme && row.op in SIGNS);
    expect(own.length).toBeGreaterThan(80);
    return own.filter((row) => compareVersions(scheme, row.a, row.b) !== SIGNS[row.op]);
  }

  test.each(['deb', 'apk', 'semver'] as const)('every row of %s holds', (scheme) => {
    expect(wrongRows(scheme)).toEqual([]);
  });

  test('every row of rpm holds but those that take a release for a part of the version', () => {
    const wrong = wrongRows('rpm');
    expect(wrong.every((row) => row.a === '1-2-3-4' || row.b === '1-2-3-4')).toBe(true);
    expect(wrong).toHaveLength(6);
  });

  test('every row of pep440 holds but those with a version that PEP 440 does not know', () => {
    const wrong = wrongRows('pep440');
    const isVersion = (text: string) => compareVersions('pep440', text, text) === 0;
    expect(wrong.every((row) => !isVersion(row.a) || !isVersion(row.b))).toBe(true);
    expect(wrong).toHaveLength(72);
  });
});

function readRows(): Row[] {
  const text = gunzipSync(readFileSync(DATA)).toString('utf8').trim();
  return text.split('\n').map((line) => JSON.parse(line) as Row);
}
