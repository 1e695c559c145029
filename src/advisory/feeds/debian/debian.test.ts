import { describe, expect, it } from 'vitest';
import { debian } from '#advisory/feeds/debian/index.ts';
import { parseWith } from '#advisory/feeds/feed.fixture.ts';

function releases(suites: Readonly<Record<string, object>>, flaw: object = {}) {
  return { openssl: { 'CVE-2024-1000': { releases: suites, ...flaw } } };
}

function state(release: object) {
  const { advisories, problems } = parseWith(debian, releases({ bookworm: release }));
  expect(problems).toEqual([]);
  return advisories[0];
}

const ALL = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }];

describe('the Debian tracker', () => {
  it('gives one advisory for each release, named by its number', () => {
    const open = { status: 'open', urgency: 'low' };
    const suites = { buster: open, bullseye: open, bookworm: open, trixie: open, forky: open, sid: open };
    const { advisories } = parseWith(debian, releases(suites, { description: 'A flaw. It is bad.' }));
    expect(advisories.map(({ ecosystem }) => ecosystem)).toEqual([
      'Debian:10',
      'Debian:11',
      'Debian:12',
      'Debian:13',
      'Debian:14',
      'Debian:sid',
    ]);
    expect(advisories[2]).toEqual({
      id: 'CVE-2024-1000',
      aliases: [],
      ecosystem: 'Debian:12',
      package: 'openssl',
      status: 'affected',
      ranges: ALL,
      versions: [],
      severity: { level: 'low', source: 'debian' },
      fixState: 'open',
      summary: 'A flaw.',
      source: 'debian-tracker',
    });
  });

  it('says from which version on a flaw is fixed', () => {
    const fixed = state({ status: 'resolved', fixed_version: '3.0.11-1~deb12u2', urgency: 'not yet assigned' });
    expect(fixed).toMatchObject({
      status: 'affected',
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.11-1~deb12u2' }] }],
    });
    expect(fixed).not.toHaveProperty('severity');
    expect(fixed).not.toHaveProperty('fixState');
  });

  it('says by the fixed version 0 that a release was never affected', () => {
    expect(state({ status: 'resolved', fixed_version: '0', urgency: 'unimportant' })).toMatchObject({
      status: 'not-affected',
      ranges: [],
      versions: [],
    });
  });

  it('does not know what is undetermined', () => {
    expect(state({ status: 'undetermined', urgency: 'low' })).toMatchObject({ status: 'undetermined', ranges: [] });
  });

  it.each([
    [{ urgency: 'medium' }, 'open'],
    [{ urgency: 'medium', nodsa: 'Minor issue', nodsa_reason: '' }, 'no-dsa'],
    [{ urgency: 'medium', nodsa: 'Minor issue' }, 'no-dsa'],
    [{ urgency: 'medium', nodsa: 'Minor issue', nodsa_reason: 'ignored' }, 'ignored'],
    [{ urgency: 'medium', nodsa: 'Fix with next DSA', nodsa_reason: 'postponed' }, 'postponed'],
    [{ urgency: 'end-of-life', nodsa: 'x', nodsa_reason: 'ignored' }, 'end-of-life'],
  ])('tells why there is no fix: %j is %s', (fields, fixState) => {
    expect(state({ status: 'open', ...fields })).toMatchObject({ status: 'affected', ranges: ALL, fixState });
  });

  it.each([
    ['unimportant', 'negligible'],
    ['low', 'low'],
    ['low**', 'low'],
    ['medium**', 'medium'],
    ['high', 'high'],
    ['high**', 'high'],
    ['not yet assigned', undefined],
    ['end-of-life', undefined],
  ])('the urgency %s is the severity %s', (urgency, level) => {
    expect(state({ status: 'open', urgency })?.severity?.level).toBe(level);
  });

  it('keeps temporary ids', () => {
    const document = { x: { 'TEMP-0000000-ABCDEF': { releases: { sid: { status: 'open', urgency: 'low' } } } } };
    expect(parseWith(debian, document).advisories[0]?.id).toBe('TEMP-0000000-ABCDEF');
  });

  it('may list a flaw of no release', () => {
    expect(parseWith(debian, { x: { 'CVE-2024-1000': { releases: [] } } }).advisories).toEqual([]);
  });

  it('lists states that it does not know and goes on', () => {
    const suites = { bookworm: { status: 'confused' }, trixie: { status: 'resolved' }, sid: { status: 'open' } };
    const { advisories, problems } = parseWith(debian, releases(suites));
    expect(advisories.map(({ ecosystem }) => ecosystem)).toEqual(['Debian:sid']);
    expect(problems).toHaveLength(2);
  });

  it('is told from other documents by its content', () => {
    for (const document of [{}, { a: 1 }, { a: { b: 1 } }, { id: 'X', affected: [] }, { vulnerabilities: [] }]) {
      expect(debian.matches(document)).toBe(false);
    }
  });
});
