import type { ItemDraft } from '#report/items/item.ts';
import { itemsOf } from '#report/items/item.ts';
import type { ItemGroup, ItemReport, ReportRun } from '#report/items/item-report.ts';

/** Text as an image could hold it, to do harm where it is shown. */
export const HOSTILE = [
  '</td><script>alert(1)</script>',
  '@everyone [click](https://evil.example) ![x](https://evil.example/x.png) https://evil.example www.evil.example',
  'a@evil.example #12 !13 $14 &15 ~bug %v1 gh-16 group/project#17 0123456789abcdef0123456789abcdef01234567',
  '`code` ``` ~~~ **bold** _it_ | cell | {0} [a](1) <!-- --> ]]> &amp; "quoted" \\',
  '\u0000\u0007\u001b[31m\u200b\u202e\ud800\ufffe',
].join(' ');

/** An item of a file, but for what is given. */
export function draft(more: Partial<ItemDraft> = {}): ItemDraft {
  return {
    ruleId: 'build/rule',
    title: 'Something holds',
    severity: 'high',
    outcome: 'fails',
    sentence: 'Something does not hold.',
    positions: [{ kind: 'file', path: 'Dockerfile', line: 3, column: 5, endLine: 3, endColumn: 9 }],
    subject: { kind: 'file', name: 'Dockerfile' },
    tags: ['DL3006'],
    ...more,
  };
}

/** An item of a flaw in a package of an image. */
export function flawDraft(more: Partial<ItemDraft> = {}): ItemDraft {
  return {
    ruleId: 'CVE-2024-0001',
    title: 'A flaw',
    severity: 'critical',
    outcome: 'fails',
    sentence: 'zlib 1.0 has CVE-2024-0001; fixed in 1.1.',
    fix: 'Upgrade zlib from 1.0 to 1.1 or later.',
    positions: [{ kind: 'layer', layer: 1, path: '/app/package-lock.json' }],
    subject: { kind: 'image', name: 'registry.example:5000/app:1' },
    tags: ['GHSA-aaaa-bbbb-cccc'],
    flaw: {
      id: 'CVE-2024-0001',
      aliases: ['GHSA-aaaa-bbbb-cccc'],
      package: { name: 'zlib', version: '1.0', type: 'npm', purl: 'pkg:npm/zlib@1.0' },
      fixedVersions: ['1.1'],
      score: 9.8,
      summary: 'A flaw',
    },
    ...more,
  };
}

/** A draft in which every text is hostile. */
export const HOSTILE_DRAFT: ItemDraft = flawDraft({
  ruleId: HOSTILE,
  title: HOSTILE,
  sentence: HOSTILE,
  why: HOSTILE,
  fix: HOSTILE,
  commands: [HOSTILE],
  evidence: HOSTILE,
  positions: [
    { kind: 'workload', workload: HOSTILE, field: HOSTILE },
    { kind: 'layer', layer: 0, path: HOSTILE },
  ],
  subject: { kind: 'image', name: HOSTILE },
  tags: [HOSTILE],
  flaw: {
    id: HOSTILE,
    aliases: [HOSTILE],
    package: { name: HOSTILE, version: HOSTILE, type: HOSTILE, purl: HOSTILE },
    fixedVersions: [HOSTILE],
    summary: HOSTILE,
  },
});

const RUN: ReportRun = {
  command: 'scan',
  root: '/project',
  tool: { name: 'holdfast', version: '1.0.0' },
  createdAt: '2024-07-01T12:34:56.789Z',
};

/** A report of one group, or of several. */
export function reportOf(
  groups: readonly (readonly ItemDraft[])[],
  { run, ...group }: Partial<Omit<ItemGroup, 'items'>> & { readonly run?: Partial<ReportRun> } = {},
): ItemReport {
  return {
    run: { ...RUN, ...run },
    groups: groups.map((drafts) => ({
      subject: drafts[0]?.subject ?? { kind: 'image', name: 'app:1' },
      items: itemsOf(drafts),
      ...group,
    })),
  };
}
