import { expect, test } from 'vitest';
import type { Exposure } from '#app/doctor/exposure.ts';
import { rankImages } from '#app/doctor/rank-images.ts';
import type { Coverage } from '#core/coverage.ts';
import type { Severity } from '#core/severity.ts';
import type { Finding } from '#finding/finding.ts';
import type { Package } from '#inventory/package.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

const NO_EXPOSURE: Exposure = {
  ...{ ports: [], hostNetwork: false, root: false, privileged: false, engineSocket: false, hostPaths: [] },
};

const where: Package = {
  ...{ name: 'openssl', version: '1', type: 'deb', purl: 'pkg:deb/debian/openssl@1', licences: [], owner: 'base' },
  locations: ['/var/lib/dpkg/status'],
  evidence: 'installed',
};
const covered: Coverage = { subject: 'Debian:12', state: 'covered', packages: 1, reason: 'compared' };

function finding(level: Severity, exploited = false, fixedVersions: readonly string[] = ['2']): Finding {
  return {
    ...{ id: `CVE-2024-${level}`, aliases: [], package: where, fixedVersions },
    severity: { level, source: 'test' },
    ...(exploited ? { exploitation: { knownExploitedSince: '2024-01-01' } } : {}),
    because: [
      {
        ...{ advisory: 'A', source: 'test', ecosystem: 'Debian:12', package: 'openssl', version: '1' },
        comparison: '1 < 2',
      },
    ],
  };
}

function image(
  reference: string,
  findings: readonly Finding[],
  exposure: Partial<Exposure> = {},
  coverage: readonly Coverage[] = [covered],
) {
  const report: ScanReportInput = {
    tool: { name: 'holdfast', version: '0' },
    createdAt: '2026-01-01T00:00:00.000Z',
    advisories: undefined,
    description: {
      ...{ kind: 'engine', reference, verified: 'engine', annotations: {}, tags: [], problems: [] },
      config: { os: 'linux', architecture: 'amd64', labels: {}, diffIds: [], history: [] },
    },
    inventory: {
      ...{ repositories: [], packages: [where], base: { layers: 0, method: 'none' }, problems: [], catalogers: [] },
    },
    findings: { findings, coverage, absences: [] },
    leftOut: [],
    containers: [{ id: 'c', name: `${reference}-1` }],
  };
  return { report, exposure: { ...NO_EXPOSURE, ...exposure } };
}

const open = { ports: ['80'] };

test('what can be used from outside stands before what is worse and cannot', () => {
  const ranked = rankImages([
    image('plain', [finding('low')]),
    image('inside-critical', [finding('critical'), finding('critical')]),
    image('open-critical', [finding('critical')], open),
    image('inside-exploited', [finding('medium', true)]),
    image('open-exploited', [finding('medium', true)], open),
    image('open-exploited-socket', [finding('medium', true)], { ...open, engineSocket: true }),
    image('privileged', [], { privileged: true }),
    image('clean', []),
  ]);
  expect(ranked.map(({ reference, severity }) => `${reference} ${severity}`)).toEqual([
    'open-exploited-socket critical',
    'open-exploited critical',
    'inside-exploited high',
    'open-critical high',
    'privileged medium',
    'inside-critical medium',
    'plain negligible',
    'clean negligible',
  ]);
});

test('an image of which nothing was compared is not called harmless', () => {
  const none: Coverage = { ...covered, state: 'no-data' };
  expect(rankImages([image('a', [], {}, [none])])[0]).toMatchObject({ severity: 'unknown', compared: 0, packages: 1 });
});

test('dangers are told in words, with the ids that are exploited, and the shortest fix', () => {
  const [one] = rankImages([
    image('a', [finding('high', true), finding('low', false, [])], {
      ...{ ports: ['80', '443'], root: true, hostPaths: ['/etc'] },
    }),
  ]);
  expect(one).toMatchObject({
    severity: 'critical',
    dangers: [
      '1 known to be exploited (CVE-2024-high)',
      'open to every network at 80, 443',
      '0 critical, 1 high',
      'holds /etc of the host',
      'runs as root',
    ],
    findings: { high: 1, low: 1 },
    knownExploited: 1,
    fixable: 1,
    steps: [
      { clears: 1, sentence: expect.stringContaining('clears 1 of 2 findings, 1 of them known to be exploited') },
    ],
  });
});

test('the order does not depend on the order of what is given', () => {
  const all = ['a', 'b', 'c'].map((name) => image(name, [finding('high')]));
  const names = (list: typeof all) => rankImages(list).map(({ reference }) => reference);
  expect(names(all)).toEqual(names(all.toReversed()));
});
