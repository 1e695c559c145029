import { describe, expect, it } from 'vitest';
import type { Advisory } from '#advisory/advisory.ts';
import { advisoriesFromMemory } from '#advisory/store/in-memory.ts';
import type { OsRelease, Package } from '#inventory/package.ts';
import { findFlaws } from './find.ts';

const DEBIAN: OsRelease = { id: 'debian', versionId: '12', name: 'Debian GNU/Linux 12 (bookworm)', idLike: [] };
const NOW = new Date('2026-11-21T00:00:00Z');

function packageOf(type: string, name: string, version: string, more: Partial<Package> = {}): Package {
  return {
    type,
    name,
    version,
    purl: `pkg:${type}/${name}@${version}`,
    licences: [],
    locations: ['somewhere'],
    evidence: 'installed',
    ...more,
  };
}

function advisory(id: string, ecosystem: string, name: string, more: Partial<Advisory> = {}): Advisory {
  return {
    id,
    aliases: [],
    ecosystem,
    package: name,
    status: 'affected',
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0' }] }],
    versions: [],
    source: 'test',
    ...more,
  };
}

function find(packages: readonly Package[], advisories: readonly Advisory[], os: OsRelease = DEBIAN) {
  const ecosystems: Record<string, { records: number }> = {};
  for (const { ecosystem } of advisories)
    ecosystems[ecosystem] = { records: (ecosystems[ecosystem]?.records ?? 0) + 1 };
  const info = {
    kind: 'full' as const,
    builtAt: '2026-11-20T00:00:00Z',
    records: advisories.length,
    ecosystems,
    sources: [],
  };
  const exploited = new Map([['CVE-2024-0009', { knownExploitedSince: '2024-01-01' }]]);
  const held = advisoriesFromMemory(info, advisories, exploited);
  const found = findFlaws({ os, repositories: [], packages }, held, { now: NOW, explainAbsences: true });
  return {
    ids: found.findings.map(({ id, package: { name } }) => `${id} ${name}`),
    absences: found.absences.map(({ id, state }) => `${id} ${state}`),
    coverage: found.coverage.map(({ subject, state, packages: number }) => `${subject} ${state} ${number}`),
    findings: found.findings,
  };
}

describe('finding flaws', () => {
  it('compares the source package, at the source version, and reports on the binary', () => {
    const libssl = packageOf('deb', 'libssl3', '3.0.11-1+b2', { source: { name: 'openssl', version: '3.0.11-1' } });
    const fixed = [{ type: 'ECOSYSTEM' as const, events: [{ introduced: '0' }, { fixed: '3.0.11-1+b1' }] }];
    const found = find(
      [libssl],
      [
        advisory('CVE-2024-0001', 'Debian:12', 'openssl', { ranges: fixed }),
        advisory('CVE-2024-0002', 'Debian:12', 'libssl3'),
      ],
    );
    expect(found.ids).toEqual(['CVE-2024-0001 libssl3']);
    expect(found.findings[0]?.because[0]).toMatchObject({ package: 'openssl', version: '3.0.11-1' });
  });

  it('knows that a backport is fixed, and says so', () => {
    const found = find(
      [packageOf('deb', 'curl', '7.88.1-10+deb12u5')],
      [
        advisory('CVE-2023-1', 'Debian:12', 'curl', {
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '7.88.1-10+deb12u4' }] }],
        }),
      ],
    );
    expect([found.ids, found.absences]).toEqual([[], ['CVE-2023-1 fixed']]);
  });

  it('keeps not affected, withdrawn and undetermined apart', () => {
    const found = find(
      [packageOf('deb', 'x', '1.0')],
      [
        advisory('CVE-1', 'Debian:12', 'x', { status: 'not-affected' }),
        advisory('CVE-2', 'Debian:12', 'x', { withdrawn: '2024-01-01T00:00:00Z' }),
        advisory('CVE-3', 'Debian:12', 'x', { status: 'undetermined' }),
      ],
    );
    expect([found.ids, found.absences]).toEqual([[], ['CVE-1 not-affected', 'CVE-2 withdrawn', 'CVE-3 undetermined']]);
  });

  it('takes epochs into account', () => {
    const found = find(
      [packageOf('deb', 'vim', '2:9.0.1378-2')],
      [
        advisory('CVE-1', 'Debian:12', 'vim', {
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '9.1' }] }],
        }),
      ],
    );
    expect(found.ids).toEqual([]);
  });

  it('leaves a language package to the OS package that owns it, and covers it as far as that one is', () => {
    const owner = packageOf('deb', 'python3-requests', '1.0');
    const owned = packageOf('pypi', 'requests', '1.0', { ownedBy: owner.purl });
    const loose = packageOf('pypi', 'Requests', '1.0');
    const flaw = advisory('PYSEC-1', 'PyPI', 'requests');
    const silent = find([owner, owned, loose], [flaw]);
    expect(silent.ids).toEqual(['PYSEC-1 Requests']);
    expect(silent.coverage).toEqual(['Debian:12 no-data 1', 'PyPI covered 1', 'PyPI no-data 1']);
    const spoken = find([owner, owned, loose], [flaw, advisory('CVE-1', 'Debian:12', 'other')]);
    expect(spoken.ids).toEqual(['PYSEC-1 Requests']);
    expect(spoken.coverage).toEqual(['Debian:12 covered 1', 'PyPI covered 1', 'PyPI covered 1']);
  });

  it('believes no owner that is missing, of another kind or of a third party', () => {
    const flaws = [advisory('PYSEC-1', 'PyPI', 'requests'), advisory('CVE-1', 'Debian:12', 'other')];
    const owners = [packageOf('pypi', 'keeper', '1.0'), packageOf('deb', 'theirs', '1.0', { thirdParty: true })];
    for (const ownedBy of [...owners.map(({ purl }) => purl), 'pkg:deb/debian/nowhere@1.0']) {
      expect(find([...owners, packageOf('pypi', 'requests', '1.0', { ownedBy })], flaws).ids).toEqual([
        'PYSEC-1 requests',
      ]);
    }
  });

  it('makes one finding of one flaw under three ids', () => {
    const found = find(
      [packageOf('pypi', 'jinja2', '1.0')],
      [
        advisory('GHSA-aaaa-bbbb-cccc', 'PyPI', 'jinja2', {
          aliases: ['CVE-2024-0009', 'PYSEC-2024-1'],
          severity: { level: 'high', source: 'ghsa' },
        }),
        advisory('PYSEC-2024-1', 'PyPI', 'jinja2', { aliases: ['CVE-2024-0009'] }),
        advisory('CVE-2024-0009', 'PyPI', 'jinja2', { severity: { level: 'critical', source: 'cvss:3.1' } }),
      ],
    );
    expect(found.ids).toEqual(['CVE-2024-0009 jinja2']);
    expect(found.findings[0]).toMatchObject({
      aliases: ['GHSA-aaaa-bbbb-cccc', 'PYSEC-2024-1'],
      severity: { level: 'high', source: 'ghsa' },
      exploitation: { knownExploitedSince: '2024-01-01' },
    });
    expect(found.findings[0]?.because).toHaveLength(3);
  });

  it('keeps the flaws of one notice apart', () => {
    const found = find(
      [packageOf('deb', 'x', '1.0')],
      [
        advisory('DSA-1', 'Debian:12', 'x', { upstream: ['CVE-2024-1001', 'CVE-2024-1002'] }),
        advisory('DEBIAN-CVE-2024-1001', 'Debian:12', 'x', { aliases: ['CVE-2024-1001'] }),
      ],
    );
    expect(found.findings.map(({ id, aliases }) => [id, aliases])).toEqual([
      ['CVE-2024-1001', ['DEBIAN-CVE-2024-1001', 'DSA-1']],
      ['CVE-2024-1002', ['DSA-1']],
    ]);
  });

  it('dates the fix by the first bulletin that has one for what is installed, and by nothing else', () => {
    const fixed = (version: string) => [
      { type: 'ECOSYSTEM' as const, events: [{ introduced: '0' }, { fixed: version }] },
    ];
    const own = advisory('CVE-2024-1001', 'Debian:12', 'x', { published: '2024-01-01T00:00:00Z' });
    const dateOf = (...more: readonly Advisory[]) =>
      find([packageOf('deb', 'x', '1.0')], [own, ...more]).findings[0]?.fixPublished;
    const notice = (id: string, published: string, more: Partial<Advisory> = {}) =>
      advisory(id, 'Debian:12', 'x', { upstream: ['CVE-2024-1001'], published, ...more });
    expect(dateOf()).toBeUndefined();
    expect(dateOf({ ...own, id: 'GHSA-a', aliases: ['CVE-2024-1001'] })).toBeUndefined();
    expect(dateOf({ ...own, id: 'GHSA-a', aliases: ['CVE-2024-1001'], fixPublished: '2024-02-02' })).toBe('2024-02-02');
    expect(dateOf(notice('DSA-2-1', '2024-03-03'), notice('DSA-1-1', '2024-02-03'))).toBe('2024-02-03');
    expect(dateOf(notice('DSA-1-1', '2024-02-03', { ranges: fixed('0.9') }))).toBeUndefined();
    expect(dateOf(notice('DSA-1-1', '2024-02-03', { withdrawn: '2024-02-04' }))).toBeUndefined();
  });

  it('says no data where nothing is held, and not comparable where a version cannot be ordered', () => {
    const found = find(
      [packageOf('npm', 'x', '1.0.0'), packageOf('pypi', 'y', 'unknown!')],
      [advisory('PYSEC-1', 'PyPI', 'y')],
    );
    expect(found.coverage).toEqual(['PyPI not-comparable 1', 'npm no-data 1']);
  });

  it('compares nothing with a derivative’s parent', () => {
    const kali = { id: 'kali', versionId: '2024.1', name: 'Kali', idLike: ['debian'] };
    const found = find([packageOf('deb', 'x', '1.0')], [advisory('CVE-1', 'Debian:12', 'x')], kali);
    expect([found.ids, found.coverage]).toEqual([[], ['deb no-data 1']]);
  });

  it('keeps modular and other builds of one name apart', () => {
    const os = { id: 'almalinux', versionId: '8.9', name: 'AlmaLinux 8.9', idLike: ['rhel'] };
    const modular = packageOf('rpm', 'nodejs', '1:1.0-1', { modularity: 'nodejs:18:8090:abc', purl: 'pkg:rpm/a' });
    const plain = packageOf('rpm', 'nodejs', '1:1.0-1', { purl: 'pkg:rpm/b' });
    const record = (id: string, module?: string) =>
      advisory(id, 'AlmaLinux:8', 'nodejs', {
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1:2.0-1' }] }],
        ...(module === undefined ? {} : { module }),
      });
    const found = find(
      [modular, plain],
      [record('ALSA-1', 'nodejs:18'), record('ALSA-2', 'nodejs:20'), record('ALSA-3')],
      os,
    );
    expect(found.findings.map(({ id, package: { purl } }) => `${id} ${purl}`)).toEqual([
      'ALSA-1 pkg:rpm/a',
      'ALSA-3 pkg:rpm/b',
    ]);
  });

  it('puts what is known to be exploited first, then the worst', () => {
    const found = find(
      [packageOf('npm', 'a', '1.0.0'), packageOf('npm', 'b', '1.0.0')],
      [
        advisory('CVE-2024-0001', 'npm', 'a', { severity: { level: 'critical', source: 'ghsa' } }),
        advisory('CVE-2024-0009', 'npm', 'b', { severity: { level: 'low', source: 'ghsa' } }),
        advisory('CVE-2024-0003', 'npm', 'b', { severity: { level: 'high', source: 'ghsa' } }),
      ],
    );
    expect(found.ids).toEqual(['CVE-2024-0009 b', 'CVE-2024-0001 a', 'CVE-2024-0003 b']);
  });
});
