import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { parseWith } from '#advisory/feeds/feed.fixture.ts';
import { osv } from '#advisory/feeds/osv/index.ts';
import { HoldfastError } from '#core/errors.ts';

/** A busy machine is no failure. */
vi.setConfig({ testTimeout: 60_000 });

const UP_TO_2 = { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0' }] };

function record(fields: object, affected: object = {}) {
  const entry = { package: { ecosystem: 'npm', name: 'pkg' }, ranges: [UP_TO_2], ...affected };
  return { id: 'GHSA-aaaa-bbbb-cccc', modified: '2024-05-01T00:00:00Z', affected: [entry], ...fields };
}

function only(document: object) {
  const { advisories, problems } = parseWith(osv, document);
  expect(problems).toEqual([]);
  expect(advisories).toHaveLength(1);
  return advisories[0];
}

describe('an OSV record', () => {
  it('becomes one advisory for each package, with everything that matching and people need', () => {
    const document = record({
      aliases: ['CVE-2024-1000'],
      summary: 'Something is wrong',
      published: '2024-04-30T12:00:00Z',
      affected: [
        { package: { ecosystem: 'PyPI', name: 'Foo_Bar' }, ranges: [UP_TO_2], versions: ['1.0', '1.1'] },
        { package: { ecosystem: 'Ubuntu:22.04:LTS', name: 'foo' }, ranges: [UP_TO_2] },
      ],
    });
    expect(parseWith(osv, document).advisories).toEqual([
      {
        id: 'GHSA-aaaa-bbbb-cccc',
        aliases: ['CVE-2024-1000'],
        ecosystem: 'PyPI',
        package: 'foo-bar',
        status: 'affected',
        ranges: [UP_TO_2],
        versions: ['1.0', '1.1'],
        summary: 'Something is wrong',
        published: '2024-04-30T12:00:00Z',
        source: 'osv',
      },
      expect.objectContaining({ ecosystem: 'Ubuntu:22.04', package: 'foo', versions: [] }),
    ]);
  });

  it('keeps events in their order and under their names', () => {
    const events = [
      { introduced: '1' },
      { last_affected: '1.9' },
      { introduced: '2' },
      { fixed: '2.4' },
      { limit: '3' },
    ];
    expect(only(record({}, { ranges: [{ type: 'SEMVER', events }] }))?.ranges).toEqual([
      {
        type: 'SEMVER',
        events: [{ introduced: '1' }, { lastAffected: '1.9' }, { introduced: '2' }, { fixed: '2.4' }, { limit: '3' }],
      },
    ]);
  });

  it('leaves out ranges of commits wherever they stand', () => {
    const git = { type: 'GIT', repo: 'https://example.org/x', events: [{ introduced: '0' }, { fixed: 'abc' }] };
    expect(only(record({}, { ranges: [git, UP_TO_2, git] }))?.ranges).toEqual([UP_TO_2]);
    expect(parseWith(osv, record({}, { ranges: [git] })).advisories).toEqual([]);
    expect(only(record({}, { ranges: [git], versions: ['1.0'] }))?.versions).toEqual(['1.0']);
  });

  it('merges entries for the same package and keeps other packages and modules apart', () => {
    const up = (fixed: string) => ({ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] });
    const alma = (name: string, fixed: string, rpm_modularity: string) => ({
      package: { ecosystem: 'AlmaLinux:8', name },
      ranges: [up(fixed)],
      ecosystem_specific: { rpm_modularity },
    });
    const affected = [alma('a', '1', 'm:1'), alma('a', '2', 'm:1'), alma('a', '1', 'm:1'), alma('a', '3', 'm:2')];
    const { advisories } = parseWith(osv, record({ id: 'ALSA-2024:1', affected }));
    expect(advisories.map(({ module, ranges }) => [module, ranges])).toEqual([
      ['m:1', [up('1'), up('2')]],
      ['m:2', [up('3')]],
    ]);
  });

  it('takes the module from the title when the version is of a modular build', () => {
    const modular = {
      type: 'ECOSYSTEM',
      events: [{ introduced: '0' }, { fixed: '0:3.3.1-2.module+el9.4.0+20787+4c237fd3' }],
    };
    const summary = 'Moderate: ruby:3.3 security, bug fix, and enhancement update';
    expect(only(record({ id: 'RLSA-2024:3671', summary }, { ranges: [modular] }))?.module).toBe('ruby:3.3');
    expect(only(record({ id: 'RLSA-2024:3671', summary }))?.module).toBeUndefined();
  });

  it('drops listed versions only where a range holds every version', () => {
    const all = { type: 'ECOSYSTEM', events: [{ introduced: '0' }] };
    expect(only(record({}, { ranges: [all], versions: ['1', '2'] }))?.versions).toEqual([]);
    expect(only(record({}, { versions: ['1', '2'] }))?.versions).toEqual(['1', '2']);
  });

  it('that is withdrawn says so', () => {
    expect(only(record({ withdrawn: '2024-06-01T00:00:00Z' }))?.withdrawn).toBe('2024-06-01T00:00:00Z');
  });

  it('shortens the details to their first sentence where there is no summary', () => {
    expect(
      only(record({ details: '### Impact\nAn attacker\u001b[31m can read  v1.2 files. More follows.' }))?.summary,
    ).toBe('An attacker [31m can read v1.2 files.');
    const long = only(record({ details: 'word '.repeat(100) }))?.summary ?? '';
    expect(long.length).toBeLessThanOrEqual(200);
    expect(long).toMatch(/ word…$/);
  });

  it('of an API answer is one of "vulns"', () => {
    expect(parseWith(osv, { vulns: [record({}), record({ id: 'X-1' })] }).advisories.map(({ id }) => id)).toEqual([
      'GHSA-aaaa-bbbb-cccc',
      'X-1',
    ]);
  });
});

describe('the ids of an OSV record', () => {
  it.each([
    ['GHSA-aaaa-bbbb-cccc', { aliases: ['CVE-2024-1000'], related: ['CVE-2024-2000'] }, ['CVE-2024-1000'], undefined],
    ['DEBIAN-CVE-2024-1000', { upstream: ['CVE-2024-1000'] }, ['CVE-2024-1000'], undefined],
    ['UBUNTU-CVE-2024-1000', { upstream: ['CVE-2024-1000'], related: ['USN-1-1'] }, ['CVE-2024-1000'], undefined],
    ['ALPINE-CVE-2024-1000', {}, ['CVE-2024-1000'], undefined],
    ['CGA-1111-2222-3333', { upstream: ['CVE-2024-1000', 'GHSA-aaaa-bbbb-cccc'] }, ['CVE-2024-1000'], undefined],
    ['CGA-1111-2222-3333', { upstream: ['CVE-2024-1000', 'CVE-2024-2000'] }, [], ['CVE-2024-1000', 'CVE-2024-2000']],
    ['DSA-1000-1', { aliases: ['CVE-2024-1000'] }, ['CVE-2024-1000'], undefined],
    ['USN-1-1', { upstream: ['UBUNTU-CVE-2024-2000', 'CVE-2024-1000'] }, [], ['CVE-2024-1000', 'CVE-2024-2000']],
    ['ALSA-2024:1', { related: ['CVE-2024-1000'] }, [], ['CVE-2024-1000']],
    ['GO-2024-1', { aliases: ['GO-2024-1', 'CVE-2024-1000', 7] }, ['CVE-2024-1000'], undefined],
  ])('%s %j are the aliases %j, upstream %j', (id, lists, aliases, upstream) => {
    const advisory = only(record({ id, ...lists }));
    expect(advisory?.aliases).toEqual(aliases);
    expect(advisory?.upstream).toEqual(upstream);
  });
});

describe('the severity of an OSV record', () => {
  const V3 = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };
  const V4 = { type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' };
  const LOW = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:L' };

  it.each([
    ['nothing', {}, {}, undefined],
    ['a vector', { severity: [V3] }, {}, { level: 'critical', source: 'cvss:3.1', score: 9.8 }],
    [
      'the newest of several vectors',
      { severity: [V3, V4, LOW] },
      {},
      { level: 'critical', source: 'cvss:4.0', score: 9.3 },
    ],
    ['the worst of equals', { severity: [LOW, V3] }, {}, { level: 'critical', source: 'cvss:3.1', score: 9.8 }],
    [
      "GitHub's word before a vector",
      { severity: [V3], database_specific: { severity: 'MODERATE' } },
      {},
      { level: 'medium', source: 'ghsa' },
    ],
    [
      "the package's vector before the record's",
      { severity: [V3] },
      { severity: [LOW] },
      { level: 'low', source: 'cvss:3.1', score: 1.6 },
    ],
    [
      "Ubuntu's priority before a vector",
      { severity: [V3, { type: 'Ubuntu', score: 'low' }] },
      {},
      { level: 'low', source: 'ubuntu' },
    ],
    [
      'a priority that is not set yet',
      { severity: [V3, { type: 'Ubuntu', score: 'untriaged' }] },
      {},
      { level: 'critical', source: 'cvss:3.1', score: 9.8 },
    ],
    [
      "Debian's urgency",
      {},
      { ecosystem_specific: { urgency: 'unimportant' } },
      { level: 'negligible', source: 'debian' },
    ],
    [
      'an urgency that is not assigned',
      { severity: [V3] },
      { ecosystem_specific: { urgency: 'not yet assigned' } },
      { level: 'critical', source: 'cvss:3.1', score: 9.8 },
    ],
    ['a word that rates nothing', { database_specific: { severity: 'Unknown' } }, {}, undefined],
    ['what is no vector', { severity: [{ type: 'CVSS_V3', score: '7.5' }] }, {}, undefined],
  ])('is taken from %s', (_, fields, affected, expected) => {
    expect(only(record(fields, affected))?.severity).toEqual(expected);
  });

  it('of an Enterprise Linux bulletin stands in its title', () => {
    const summary = 'Important: kernel security update';
    expect(only(record({ id: 'RLSA-2024:1', summary }))?.severity).toEqual({ level: 'high', source: 'rocky' });
    expect(only(record({ summary }))?.severity).toBeUndefined();
  });
});

describe('a malformed OSV record', () => {
  it.each([
    [{ id: '' }],
    [{ id: 7 }],
    [{ id: 'X-1\u001b[2J' }],
    [{ id: 'not an id' }],
    [{ affected: 'everything' }],
    [{ withdrawn: 'yes' }],
  ])('is refused: %j', (fields) => {
    expect(() => parseWith(osv, record(fields))).toThrow(expect.objectContaining({ code: 'ADVISORY_RECORD_INVALID' }));
  });

  it.each([
    ['a range of no type', { ranges: [{ events: [{ introduced: '0' }] }, UP_TO_2] }],
    ['an event of two versions', { ranges: [UP_TO_2, { type: 'SEMVER', events: [{ introduced: '0', fixed: '9' }] }] }],
    ['an event that is a number', { ranges: [UP_TO_2, { type: 'SEMVER', events: [{ introduced: 0 }] }] }],
    ['a range without a beginning', { ranges: [UP_TO_2, { type: 'SEMVER', events: [{ fixed: '1' }] }] }],
    ['a range that is none', { ranges: [null, 'x', UP_TO_2] }],
    ['a version that is a number', { versions: [1.5] }],
  ])('with %s loses only that part, and says so', (_, affected) => {
    const { advisories, problems } = parseWith(osv, record({}, affected));
    expect(advisories.map(({ ranges, versions }) => ({ ranges, versions }))).toEqual([
      { ranges: [UP_TO_2], versions: [] },
    ]);
    expect(problems).toEqual([expect.objectContaining({ code: 'ADVISORY_RECORD_INVALID' })]);
  });

  it('without packages, ranges or versions matches nothing', () => {
    const affected = [{ ranges: [UP_TO_2] }, { package: { ecosystem: 'npm', name: 'x' } }];
    expect(parseWith(osv, record({ affected }))).toEqual({ advisories: [], exploitations: {}, problems: [] });
    expect(parseWith(osv, record({ affected: null })).advisories).toEqual([]);
  });

  it('never ends in anything but advisories, problems or a coded refusal', () => {
    const junk = fc.oneof(
      fc.constantFrom<unknown>(null, 0, '', 'CVE-2024-1', [], {}, '__proto__', [null], { events: [{}] }),
      fc.jsonValue({ maxDepth: 3 }),
    );
    const keys = [
      'aliases',
      'upstream',
      'related',
      'severity',
      'affected',
      'withdrawn',
      'published',
      'summary',
      'details',
    ];
    const inner = ['package', 'ranges', 'versions', 'severity', 'ecosystem_specific', 'database_specific'];
    const document = fc.record({
      id: fc.constantFrom<unknown>('CVE-2024-1', 'GHSA-x', 3, undefined),
      modified: junk,
      ...Object.fromEntries(keys.map((key) => [key, junk])),
      affected: fc.oneof(
        junk,
        fc.array(fc.record(Object.fromEntries(inner.map((key) => [key, junk]))), { maxLength: 3 }),
      ),
    });
    fc.assert(
      fc.property(document, (value) => {
        try {
          for (const _ of osv.parse(value, { problem: () => undefined }));
        } catch (error) {
          expect(error).toBeInstanceOf(HoldfastError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
