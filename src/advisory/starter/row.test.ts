import { expect, test } from 'vitest';
import { advisoriesOf } from './row.ts';

const BARE = { id: 'X', package: 'p', summary: 's' };

test('pairs of versions become ranges: fixed, last affected and without an end', () => {
  const [advisory, ...more] = advisoriesOf('npm', { ...BARE, affected: ['2.4..2.12.2', '0..=3.9.19', '5.0..'] });
  expect(more).toEqual([]);
  expect(advisory).toEqual({
    id: 'X',
    aliases: [],
    ecosystem: 'npm',
    package: 'p',
    status: 'affected',
    ranges: [
      { type: 'ECOSYSTEM', events: [{ introduced: '2.4' }, { fixed: '2.12.2' }] },
      { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { lastAffected: '3.9.19' }] },
      { type: 'ECOSYSTEM', events: [{ introduced: '5.0' }] },
    ],
    versions: [],
    summary: 's',
    source: 'https://github.com/advisories/X',
  });
});

test('a row that lists releases becomes one advisory a release', () => {
  const made = advisoriesOf('Debian', { ...BARE, fixed: { 11: '1.0-1+deb11u1', 12: '1.2-1+deb12u1' } });
  expect(made.map(({ ecosystem, ranges }) => [ecosystem, ranges[0]?.events])).toEqual([
    ['Debian:11', [{ introduced: '0' }, { fixed: '1.0-1+deb11u1' }]],
    ['Debian:12', [{ introduced: '0' }, { fixed: '1.2-1+deb12u1' }]],
  ]);
});

test('single versions, a severity with its source and score, and the date are kept', () => {
  const rated = { severity: 'high', rated: 'cvss:3.1', score: 7.5, published: '2025-09-08' };
  const [advisory] = advisoriesOf('Go', { ...BARE, versions: ['4.4.2'], ...rated });
  expect(advisory).toMatchObject({
    versions: ['4.4.2'],
    ranges: [],
    severity: { level: 'high', source: 'cvss:3.1', score: 7.5 },
    published: '2025-09-08',
    source: 'https://pkg.go.dev/vuln/X',
  });
});
