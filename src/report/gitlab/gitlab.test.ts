import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { codeQuality } from '#report/gitlab/code-quality.ts';
import { containerScanning } from '#report/gitlab/container-scanning.ts';
import { draft, flawDraft, HOSTILE_DRAFT, reportOf } from '#report/items/items.fixture.ts';

// Our own words for what GitLab's schemas ask: their text is not ours to keep here.
const named = z.string().min(1);
const scanner = z.strictObject({
  id: named,
  name: named,
  version: named,
  vendor: z.strictObject({ name: named }),
});
const time = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/);
const scanning = z.strictObject({
  version: z.literal('15.0.7'),
  scan: z.strictObject({
    analyzer: scanner,
    scanner,
    type: z.literal('container_scanning'),
    start_time: time,
    end_time: time,
    status: z.enum(['success', 'failure']),
    messages: z.array(z.strictObject({ level: z.enum(['info', 'warn', 'fatal']), value: named })).optional(),
  }),
  vulnerabilities: z.array(
    z.strictObject({
      id: z.uuid(),
      name: z.string().max(255),
      description: z.string().max(1_048_576),
      severity: z.enum(['Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical']),
      solution: z.string().max(7000).optional(),
      identifiers: z
        .array(
          z.strictObject({
            type: named,
            name: named,
            value: named,
            url: z
              .string()
              .regex(/^https?:\/\/.+/)
              .optional(),
          }),
        )
        .min(1),
      links: z.array(z.never()),
      location: z.strictObject({
        dependency: z.strictObject({ package: z.strictObject({ name: z.string() }), version: z.string() }),
        operating_system: named,
        image: named,
      }),
    }),
  ),
});
const quality = z.array(
  z.strictObject({
    description: named,
    check_name: named,
    fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
    severity: z.enum(['info', 'minor', 'major', 'critical', 'blocker']),
    location: z.strictObject({ path: named, lines: z.strictObject({ begin: z.int().min(1) }) }),
  }),
);

describe('GitLab’s container scanning report', () => {
  const written = (...given: Parameters<typeof reportOf>) => scanning.parse(containerScanning(reportOf(...given)));

  it('has what the schema asks for, whatever images say', () => {
    written([]);
    const { vulnerabilities } = written([[flawDraft()], [HOSTILE_DRAFT]], { system: 'Debian GNU/Linux 12' });
    expect(vulnerabilities).toHaveLength(2);
    expect(vulnerabilities[0]).toMatchObject({
      name: 'CVE-2024-0001',
      severity: 'Critical',
      solution: 'Upgrade zlib from 1.0 to 1.1 or later.',
      identifiers: [
        { type: 'cve', value: 'CVE-2024-0001', url: 'https://www.cve.org/CVERecord?id=CVE-2024-0001' },
        { type: 'ghsa', value: 'GHSA-aaaa-bbbb-cccc' },
      ],
      location: {
        dependency: { package: { name: 'zlib' }, version: '1.0' },
        operating_system: 'Debian GNU/Linux 12',
        image: 'registry.example:5000/app:1',
      },
    });
  });

  it('makes no address of an id that only looks like one', () => {
    const flaw = { ...flawDraft().flaw, id: 'CVE-2024-1?x=', aliases: ['EVIL-<1>', '-'] };
    const [found] = written([[flawDraft({ flaw: { ...HOSTILE_DRAFT.flaw, ...flaw } as never })]]).vulnerabilities;
    expect(found?.identifiers.map(({ type, url }) => [type, url])).toEqual([
      ['cve', undefined],
      ['evil', undefined],
      ['advisory', undefined],
    ]);
  });

  it('tells the verdict and the reasons that are no flaws as messages, and what somebody accepts not at all', () => {
    const { scan, vulnerabilities } = written(
      [[flawDraft({ outcome: 'accepted' }), draft({ sentence: 'It runs as root.' })]],
      { verdict: 'deny' },
    );
    expect(vulnerabilities).toEqual([]);
    expect(scan.messages?.map(({ value }) => value)).toEqual([
      'Verdict on registry.example:5000/app:1: deny.',
      'Dockerfile: It runs as root.',
    ]);
    expect(scan.status).toBe('success');
  });

  it('is a failed scan where something could not be read, not where nobody publishes what to compare with', () => {
    const unknown = draft({ outcome: 'unknown', severity: 'unknown' });
    expect(written([[unknown]]).scan.status).toBe('failure');
    expect(written([[{ ...unknown, gap: true }]]).scan.status).toBe('success');
  });
});

describe('GitLab’s Code Quality report', () => {
  it('has what GitLab reads, whatever images say, and no fingerprint twice', () => {
    const list = quality.parse(codeQuality(reportOf([[draft(), draft(), HOSTILE_DRAFT, flawDraft()]])));
    expect(new Set(list.map(({ fingerprint }) => fingerprint)).size).toBe(4);
    expect(list[0]).toMatchObject({
      check_name: 'build/rule',
      severity: 'critical',
      location: { path: 'Dockerfile', lines: { begin: 3 } },
    });
    expect(list[3]?.location.path).toBe('registry.example:5000/app/app/package-lock.json');
  });

  it('says of what is unknown that it is, and leaves out what is accepted', () => {
    const unknown = draft({ outcome: 'unknown', severity: 'unknown', sentence: 'It is cut.' });
    const list = codeQuality(reportOf([[unknown, draft({ outcome: 'accepted' })]]));
    expect(list.map(({ description, severity }) => [description, severity])).toEqual([
      ['Not known: It is cut.', 'info'],
    ]);
  });
});
