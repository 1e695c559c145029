import { describe, expect, it } from 'vitest';
import type { RangeEvent } from '#advisory/advisory.ts';
import { compareVersions } from '#base/versions/compare.ts';
import { evaluate } from './evaluate.ts';

const semver = (a: string, b: string) => compareVersions('semver', a, b);
const deb = (a: string, b: string) => compareVersions('deb', a, b);

function state(version: string, events: readonly RangeEvent[], versions: readonly string[] = [], compare = semver) {
  const ranges = events.length === 0 ? [] : [{ type: 'ECOSYSTEM' as const, events }];
  return evaluate({ ranges, versions }, version, compare).state;
}

describe('evaluating an advisory on a version', () => {
  it('holds from introduced on, and no longer at fixed', () => {
    const events = [{ introduced: '1.2.0' }, { fixed: '1.4.0' }];
    expect(['1.1.9', '1.2.0', '1.3.9', '1.4.0'].map((version) => state(version, events))).toEqual([
      'unaffected',
      'affected',
      'affected',
      'unaffected',
    ]);
  });

  it('holds up to and with last_affected', () => {
    const events = [{ introduced: '0' }, { lastAffected: '1.4.0' }];
    expect(['0.0.1', '1.4.0', '1.4.1'].map((version) => state(version, events))).toEqual([
      'affected',
      'affected',
      'unaffected',
    ]);
  });

  it('takes introduced 0 as before everything, pre-releases included', () => {
    expect(state('0~~', [{ introduced: '0' }, { fixed: '1' }], [], deb)).toBe('affected');
    expect(state('0.0.0-alpha', [{ introduced: '0' }])).toBe('affected');
  });

  it('sorts events whatever order the record has them in, with several pairs in one range', () => {
    const events = [{ fixed: '2.3.0' }, { introduced: '2.0.0' }, { fixed: '1.5.0' }, { introduced: '1.0.0' }];
    const states = ['0.9.0', '1.4.9', '1.5.0', '2.0.0', '2.3.0'].map((version) => state(version, events));
    expect(states).toEqual(['unaffected', 'affected', 'unaffected', 'affected', 'unaffected']);
  });

  it('applies limits before everything else', () => {
    const events = [{ introduced: '0' }, { limit: '1.0.0' }, { limit: '3.0.0' }];
    expect(['0.5.0', '2.9.9', '3.0.0'].map((version) => state(version, events))).toEqual([
      'affected',
      'affected',
      'unaffected',
    ]);
    expect(state('99.0.0', [{ introduced: '0' }, { limit: '*' }])).toBe('affected');
  });

  it('holds for a listed version, ranges or not', () => {
    expect(state('1.0.0', [], ['1.0.0'])).toBe('affected');
    expect(state('9.0.0', [{ introduced: '0' }, { fixed: '1.0.0' }], ['9.0.0'])).toBe('affected');
    expect(state('1.0.1', [], ['1.0.0'])).toBe('unaffected');
  });

  it('never guesses about what cannot be ordered, an empty version included', () => {
    expect(state('', [{ introduced: '0' }])).toBe('not-comparable');
    expect(state('one', [{ introduced: '0' }], [], (a, b) => compareVersions('pep440', a, b))).toBe('not-comparable');
    expect(
      state('1.0', [{ introduced: '0' }, { fixed: 'not a version!' }], [], (a, b) => compareVersions('pep440', a, b)),
    ).toBe('not-comparable');
  });

  it('matches nothing without ranges and versions', () => {
    expect(state('1.0.0', [])).toBe('unaffected');
  });

  it('names every fix above the installed version, one a stream', () => {
    const ranges = [
      { type: 'ECOSYSTEM' as const, events: [{ introduced: '1.0.0' }, { fixed: '1.5.0' }] },
      { type: 'ECOSYSTEM' as const, events: [{ introduced: '2.0.0' }, { fixed: '2.3.0' }] },
    ];
    expect(evaluate({ ranges, versions: [] }, '1.2.0', semver)).toEqual({
      state: 'affected',
      comparison: '1.0.0 <= 1.2.0 < 1.5.0',
      fixedVersions: ['1.5.0', '2.3.0'],
    });
    expect(evaluate({ ranges, versions: [] }, '2.1.0', semver)).toMatchObject({ fixedVersions: ['2.3.0'] });
  });
});
