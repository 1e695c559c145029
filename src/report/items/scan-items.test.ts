import { describe, expect, it } from 'vitest';
import type { Finding } from '#finding/finding.ts';
import type { PolicyReason, Verdict } from '#policy/verdict.ts';
import { checkItems } from '#report/items/check-items.ts';
import { findingItems, scanUnknowns, subjectOf } from '#report/items/scan-items.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

function finding(more: Partial<Finding> = {}): Finding {
  return {
    id: 'CVE-2024-0001',
    aliases: ['GHSA-aaaa-bbbb-cccc'],
    package: {
      type: 'npm',
      name: 'zlib',
      version: '1.0',
      purl: 'pkg:npm/zlib@1.0',
      licences: [],
      evidence: 'declared',
      locations: ['package-lock.json', 'app/package-lock.json'],
      layer: { index: 2, instruction: 'COPY . /' },
      owner: 'app',
    },
    severity: { level: 'high', source: 'ghsa', score: 8.1 },
    fixedVersions: ['1.1', '2.0'],
    because: [
      {
        advisory: 'GHSA-1',
        source: 'osv',
        ecosystem: 'npm',
        package: 'zlib',
        version: '1.0',
        comparison: '0 <= 1.0 < 1.1',
      },
    ],
    ...more,
  };
}

function report(
  findings: readonly Finding[],
  more: Partial<ScanReportInput['description']> = {},
  layers = 3,
): ScanReportInput {
  return {
    tool: { name: 'holdfast', version: '1' },
    createdAt: '2024-07-01T00:00:00.000Z',
    advisories: undefined,
    description: {
      kind: 'docker-archive',
      reference: 'app.tar',
      verified: 'digests',
      annotations: {},
      tags: [],
      problems: [],
      ...more,
    },
    inventory: {
      repositories: [],
      packages: [],
      base: { layers: 0, method: 'none' },
      problems: [{ code: 'TAR_TRUNCATED', message: 'Layer 1 ends in the middle' }],
      catalogers: [],
    },
    findings: {
      findings,
      coverage: [
        { subject: 'npm', state: 'covered', packages: 2, reason: 'compared' },
        { subject: 'Debian:12', state: 'no-data', packages: 1, reason: 'nobody publishes for it' },
        { subject: 'Go', state: 'failed', packages: 1, reason: 'it could not be read' },
      ],
      absences: [],
    },
    leftOut: [],
    ...(layers === 0 ? {} : { layers }),
  };
}

describe('items of a scan', () => {
  it('say what has which flaw, how it is mended, by what it is known, and where it lies', () => {
    const [item] = findingItems(report([finding()]));
    expect(item).toMatchObject({
      ruleId: 'CVE-2024-0001',
      outcome: 'fails',
      sentence: 'zlib 1.0 has CVE-2024-0001; fixed in 1.1, 2.0.',
      fix: 'Upgrade zlib from 1.0 to 1.1 or later.',
      tags: ['GHSA-aaaa-bbbb-cccc'],
      evidence: 'GHSA-1 (osv): npm zlib 1.0: 0 <= 1.0 < 1.1; came with: COPY . /',
      positions: [
        { kind: 'layer', layer: 2, path: '/package-lock.json' },
        { kind: 'layer', layer: 2, path: '/app/package-lock.json' },
      ],
    });
  });

  it('send whoever cannot mend it to the base image', () => {
    const { package: found } = finding();
    const [item] = findingItems(
      report([finding({ package: { ...found, owner: 'base', source: { name: 'z', version: '1' } } })]),
    );
    expect([item?.fix, item?.tags.includes('base-image')]).toEqual([
      'Rebuild on a base image with z 1.1 or later.',
      true,
    ]);
  });

  it('say why there is no fix, and since when it is exploited', () => {
    const [first, second] = findingItems(
      report([
        finding({ fixedVersions: [], fixState: 'ignored' }),
        finding({ exploitation: { knownExploitedSince: '2024-01-02', epss: { score: 0.9712, percentile: 1 } } }),
      ]),
    );
    expect([first?.sentence, first?.fix]).toEqual([
      'zlib 1.0 has CVE-2024-0001; its vendor will not fix it.',
      undefined,
    ]);
    expect(second?.sentence).toContain('known to be exploited since 2024-01-02; fixed in 1.1');
    expect([second?.why, second?.tags]).toEqual([
      expect.stringContaining('97%'),
      expect.arrayContaining(['known-exploited']),
    ]);
  });

  it('of a directory stand in its files, by the way that leads there', () => {
    const paths = (reference: string) =>
      findingItems(report([finding()], { kind: 'dir', reference }))[0]?.positions.map(
        (at) => at.kind === 'file' && at.path,
      );
    expect(paths('.')).toEqual(['package-lock.json', 'app/package-lock.json']);
    expect(paths('./web/')).toEqual(['./web/package-lock.json', './web/app/package-lock.json']);
    expect(subjectOf(report([], { kind: 'dir' })).kind).toBe('directory');
  });

  it('have no layer where layers are not known', () => {
    expect(findingItems(report([finding()], { kind: 'sbom' }, 0))[0]?.positions).toEqual([]);
  });

  it('tell what could not be read apart from what there is nothing to compare with', () => {
    const unknowns = scanUnknowns(report([])).map(({ ruleId, gap, sentence }) => [ruleId, gap === true, sentence]);
    expect(unknowns).toEqual([
      ['TAR_TRUNCATED', false, 'Layer 1 ends in the middle.'],
      ['coverage/no-data', true, 'Debian:12, 1 package: nobody publishes for it.'],
      ['coverage/failed', false, 'Go, 1 package: it could not be read.'],
    ]);
  });
});

describe('items of a check', () => {
  const reason = (more: Partial<PolicyReason> = {}): PolicyReason => ({
    policy: 'baseline',
    rule: 'severity',
    severity: 'high',
    sentence: 'CVE-2024-0001 in zlib 1.0 is high.',
    positions: [{ kind: 'layer', layer: 2, path: '/package-lock.json' }],
    vulnerability: 'CVE-2024-0001',
    package: 'zlib',
    purl: 'pkg:npm/zlib@1.0',
    ...more,
  });
  const told = { policies: [], warnings: [], waived: [], notes: [] };
  const items = (verdict: Verdict) =>
    checkItems({ report: report([finding()]), environment: null, verdict, recorded: undefined });

  it('speak once of a flaw that several rules speak of, with all that they say, and by the id that a scan gives it', () => {
    const reasons = [
      reason(),
      reason({ rule: 'known-exploited', sentence: 'It is known to be exploited.' }),
      reason({ rule: 'non-root', sentence: 'It runs as root.', vulnerability: undefined, positions: [] } as never),
    ];
    const { denies } = items({ decision: 'deny', ...told, reasons, missing: [] });
    expect(denies.map(({ ruleId, sentence }) => [ruleId, sentence])).toEqual([
      ['CVE-2024-0001', 'CVE-2024-0001 in zlib 1.0 is high. It is known to be exploited.'],
      ['policy/non-root', 'It runs as root.'],
    ]);
    const [scanned] = findingItems(report([finding()]));
    expect(denies[0]?.identity).toEqual(scanned?.identity);
    expect(denies[0]?.tags).toEqual(['baseline: severity', 'baseline: known-exploited', 'GHSA-aaaa-bbbb-cccc']);
    expect(denies[0]?.fix).toBe('Upgrade zlib from 1.0 to 1.1 or later.');
  });

  it('tell what is missing with its hint, and of what is accepted by whom and until when', () => {
    const { missing, accepted } = items({
      decision: 'unknown',
      ...told,
      waived: [
        {
          reason: reason(),
          waiver: 'w1',
          author: 'Ada',
          because: 'no route to it',
          expires: '2024-09-01T00:00:00.000Z',
        },
      ],
      missing: [
        { policy: 'baseline', rule: 'coverage', sentence: '0 of 1 packages were compared', hint: 'Get advisories.' },
      ],
      whenUnknown: 'warn',
    });
    expect(missing).toMatchObject([
      {
        ruleId: 'policy/coverage',
        outcome: 'unknown',
        sentence: '0 of 1 packages were compared.',
        fix: 'Get advisories.',
      },
    ]);
    expect(accepted).toMatchObject([
      { outcome: 'accepted', why: 'Accepted by Ada until 2024-08-31: no route to it (w1)' },
    ]);
  });
});
