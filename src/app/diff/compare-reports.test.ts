import { describe, expect, it } from 'vitest';
import type { ScanReport } from '#api/scan-report.ts';
import { diffMarkdown } from '#report/diff/diff-markdown.ts';
import { diffText } from '#report/diff/diff-text.ts';
import { painter } from '#report/paint.ts';
import { compareReports } from './compare-reports.ts';

type Package = ScanReport['packages'][number];
type Finding = ScanReport['findings'][number];

const NOW = new Date('2026-06-15T00:00:00Z');
const COVERED = { subject: 'Debian:12', state: 'covered' as const, packages: 10, reason: '9 records compared' };

const deb = (name: string, version: string, own: Partial<Package> = {}): Package => ({
  ...{ name, version, type: 'deb', purl: `pkg:deb/debian/${name}@${version}?distro=debian-12`, licences: [] },
  ...{ evidence: 'installed', locations: [] },
  ...own,
});
const flaw = (id: string, found: Package, own: Partial<Finding> = {}): Finding => ({
  ...{ id, aliases: [], severity: 'high', severitySource: 'x', fixedVersions: ['2.0'], because: [] },
  package: { name: found.name, version: found.version, purl: found.purl, type: found.type, locations: [] },
  ...own,
});

function report(packages: readonly Package[], findings: readonly Finding[], own: Partial<ScanReport> = {}): ScanReport {
  return {
    ...{ schemaVersion: 1, tool: { name: 'holdfast', version: '0' }, createdAt: NOW.toISOString() },
    target: {
      ...{ kind: 'docker', reference: 'app:1', verified: 'engine', tags: [] },
      os: { id: 'debian', versionId: '12', name: 'Debian 12' },
    },
    advisories: { kind: 'full', builtAt: '2026-06-14T00:00:00Z', records: 1 },
    ...{ packages: [...packages], findings: [...findings], coverage: [COVERED], absences: [], problems: [] },
    ...own,
  };
}

const diff = (before: ScanReport, after: ScanReport) => compareReports(before, after, NOW);
const told = (before: ScanReport, after: ScanReport) =>
  Object.entries(diff(before, after).findings).flatMap(([kind, rows]) =>
    rows.map(({ id, why }) => `${kind} ${id}: ${why}`),
  );

const OLD = deb('curl', '1.0');
const YOUNG = deb('curl', '2.0');

describe('findings of two scans', () => {
  it('one that is gone with its version, or with its package, is fixed', () => {
    const before = report([OLD], [flaw('CVE-1', OLD)]);
    expect(told(before, report([YOUNG], []))).toEqual(['fixed CVE-1: curl went from 1.0 to 2.0.']);
    expect(told(before, report([deb('wget', '1')], []))).toEqual(['fixed CVE-1: curl is gone.']);
  });

  it.each<[string, Partial<ScanReport>, string]>([
    ['no advisories', { advisories: { kind: 'none', records: 0 } }, 'there were no advisories to compare with'],
    [
      'the starter set only',
      { advisories: { kind: 'starter', builtAt: '2026-06-14T00:00:00Z', records: 1 } },
      'only the built-in starter set was compared with',
    ],
    [
      'advisories without the distribution',
      { coverage: [{ ...COVERED, state: 'no-data', reason: 'the advisories hold nothing on it' }] },
      'Debian:12: the advisories hold nothing on it',
    ],
    [
      'another distribution',
      { target: { ...report([], []).target, os: { id: 'mint', versionId: '1', name: 'Mint' } } },
      'no advisories are known for Mint',
    ],
  ])('one that nobody compared again is not fixed: %s', (_, own, why) => {
    const before = report([OLD], [flaw('CVE-1', OLD)]);
    expect(told(before, report([YOUNG], [], own))).toEqual([`noLongerCompared CVE-1: curl was not compared: ${why}.`]);
  });

  it('nor is one whose package is not ours to compare, or was not found where not all could be read', () => {
    const before = report([OLD], [flaw('CVE-1', OLD)]);
    const third = deb('curl', '2.0', { thirdParty: true });
    expect(told(before, report([third], []))[0]).toContain('noLongerCompared CVE-1: curl was not compared: it is pub');
    const problems = [{ code: 'TAR_TRUNCATED', message: 'A layer ends too early' }];
    expect(told(before, report([], [], { problems }))).toEqual([
      'noLongerCompared CVE-1: curl was not found, and not all could be read: A layer ends too early.',
    ]);
    const older = { advisories: { kind: 'full' as const, builtAt: '2026-06-01T00:00:00Z', records: 1 } };
    expect(told(before, report([YOUNG], [], older))).toEqual([
      'noLongerCompared CVE-1: The advisories are older than those that knew it.',
    ]);
  });

  it('what is said otherwise of the same version is no doing of the rebuild', () => {
    const before = report([OLD], [flaw('CVE-1', OLD)]);
    expect(told(before, report([OLD], []))).toEqual([
      'noLongerReported CVE-1: curl is of the same version, and the advisories say otherwise now.',
    ]);
    expect(told(report([OLD], []), before)).toEqual(['new CVE-1: It became known: the version was there before.']);
  });

  it('what is new says why: added, moved, or not compared before', () => {
    const after = report([YOUNG], [flaw('CVE-1', YOUNG)]);
    expect(told(report([OLD], []), after)).toEqual(['new CVE-1: curl went from 1.0 to 2.0.']);
    expect(told(report([], []), after)).toEqual(['new CVE-1: curl was added.']);
    const blind = report([OLD], [], { advisories: { kind: 'none', records: 0 } });
    expect(told(blind, after)).toEqual([
      'new CVE-1: Whether it was there before is not known: there were no advisories to compare with.',
    ]);
  });

  it('an id that became another one is the same flaw; a bulletin’s is of several', () => {
    const before = report([OLD], [flaw('GHSA-1', OLD), flaw('CVE-9', OLD, { aliases: ['DSA-1-1'] })]);
    const after = report(
      [YOUNG],
      [flaw('CVE-1', YOUNG, { aliases: ['GHSA-1'] }), flaw('CVE-8', YOUNG, { aliases: ['DSA-1-1'] })],
    );
    expect(told(before, after).map((line) => line.split(':')[0])).toEqual(['fixed CVE-9', 'new CVE-8', 'still CVE-1']);
  });

  it('the starter set counts against itself', () => {
    const starter = { kind: 'starter' as const, builtAt: '2026-06-14T00:00:00Z', records: 1 };
    const coverage = [{ ...COVERED, state: 'no-data' as const, reason: 'only the starter set was compared' }];
    const before = report([OLD], [flaw('CVE-1', OLD)], { advisories: starter, coverage });
    expect(told(before, report([YOUNG], [], { advisories: starter, coverage }))).toEqual([
      'fixed CVE-1: curl went from 1.0 to 2.0.',
    ]);
  });
});

describe('packages and settings of two scans', () => {
  it('packages come, go, and move up, down or somewhere', () => {
    const [before, after] = [
      [deb('a', '1.0~rc1'), deb('b', '2:1.0'), deb('c', '1'), deb('e', '1'), deb('e', '2')],
      [deb('a', '1.0'), deb('b', '1:9.0'), deb('d', '1'), deb('e', '2'), deb('e', '3'), deb('e', '4')],
    ];
    const odd = (version: string): Package => ({ ...deb('x', version), type: 'gem', purl: `pkg:gem/x@${version}` });
    const { packages } = diff(report([...before, odd('1')], []), report([...after, odd('2')], []));
    expect(packages).toEqual({
      added: ['d 1', 'e 3', 'e 4'].map((text) => {
        const [name = '', version = ''] = text.split(' ');
        return { name, type: 'deb', version };
      }),
      removed: [
        { name: 'c', type: 'deb', version: '1' },
        { name: 'e', type: 'deb', version: '1' },
      ],
      upgraded: [{ name: 'a', type: 'deb', from: '1.0~rc1', to: '1.0' }],
      downgraded: [{ name: 'b', type: 'deb', from: '2:1.0', to: '1:9.0' }],
      changed: [{ name: 'x', type: 'gem', from: '1', to: '2' }],
    });
  });

  it('settings that differ are told, the order of ports is not', () => {
    const config = { entrypoint: ['/a'], command: [], ports: ['80/tcp', '81/tcp'], volumes: [] };
    const target = (own: object) => ({ target: { ...report([], []).target, ...own } });
    const before = report([], [], target({ config, layers: 3, size: { bytes: 5, of: 'compressed' } }));
    const after = report(
      [],
      [],
      target({ config: { ...config, user: 'app', ports: ['81/tcp', '80/tcp'] }, layers: 4 }),
    );
    expect(diff(before, after).settings).toEqual([
      { what: 'layers', before: '3', after: '4' },
      { what: 'size', before: '5 bytes compressed', after: null },
      { what: 'user', before: 'root', after: 'app' },
    ]);
  });

  it('two of the same differ in nothing', () => {
    const one = report([OLD], [flaw('CVE-1', OLD)]);
    const { packages, settings, coverage, notes, findings } = diff(one, one);
    expect([Object.values(packages).flat(), settings, coverage, notes]).toEqual([[], [], [], []]);
    expect(findings.still).toHaveLength(1);
  });
});

describe('what is written', () => {
  const hostile = deb('evil](http://x.example) @team <b>|`', '1\u001b[2J');
  const result = diff(report([], []), report([hostile], [flaw('CVE-1', hostile)]));

  it('has no control characters, and in Markdown no markup of the image’s', () => {
    const text = diffText(result, { width: 80, paint: painter(false) });
    expect(text).toContain('New: 1');
    expect(text).not.toContain('\u001b');
    const markdown = diffMarkdown(result);
    expect(markdown).toContain('| high | CVE-1 |');
    expect(markdown).not.toMatch(/\]\(http:|@team|<b>|\u001b/);
  });

  it('of thousands of findings stays a comment', () => {
    const many = Array.from({ length: 5000 }, (_, index) => deb(`p${index}`, '1'));
    const all = diff(
      report([], []),
      report(
        many,
        many.map((one) => flaw(`CVE-${one.name}`, one)),
      ),
    );
    expect(diffMarkdown(all).length).toBeLessThan(60_000);
    expect(diffText(all, { width: 80, paint: painter(false) }).length).toBeLessThan(20_000);
  });
});
