import { expect, it } from 'vitest';
import { debianChangelog } from '#advisory/feeds/debian-changelog/index.ts';
import { parseWith } from '#advisory/feeds/feed.fixture.ts';

const FACT = { suite: 'bookworm', release: '12', source: 'acl', cve: 'CVE-2009-4411', fixed: '2.2.49-2' };

it('says that a source package is affected before the version whose changelog names the CVE', () => {
  expect(parseWith(debianChangelog, FACT).advisories).toEqual([
    {
      id: 'CVE-2009-4411',
      aliases: [],
      ecosystem: 'Debian:12',
      package: 'acl',
      status: 'affected',
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.2.49-2' }] }],
      versions: [],
      source: 'debian-changelog',
    },
  ]);
});

it('knows the release of a suite', () => {
  const { release: _, ...fact } = FACT;
  expect(parseWith(debianChangelog, fact).advisories[0]?.ecosystem).toBe('Debian:12');
});

it.each([[{ cve: 'DSA-1' }], [{ fixed: 7 }], [{ source: '' }], [{ suite: '\u0000' }]])('refuses %j', (fields) => {
  expect(() => parseWith(debianChangelog, { ...FACT, ...fields })).toThrow(
    expect.objectContaining({ code: 'ADVISORY_RECORD_INVALID' }),
  );
});
