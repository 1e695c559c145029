import { formatPlatform } from '#core/platform.ts';
import { failureItems, type TargetFailure } from '#report/items/problem-items.ts';
import { findingItems, scanUnknowns } from '#report/items/scan-items.ts';
import { count, nextSteps } from '#report/next-steps.ts';
import type { Badge, Block, Page } from '#report/page/page.ts';
import { sectionsWith } from '#report/page/sections.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

type Facts = Page['facts'];

/** The run that a page is of, and what was named and could not be looked at. */
export interface PageRun extends Pick<Page, 'tool' | 'createdAt'> {
  readonly failures?: readonly TargetFailure[];
}

/** The section of what could not be looked at; it goes where there is nothing such. */
export function notLookedAt({ failures = [] }: PageRun) {
  return { heading: 'Not looked at', lead: [], items: failureItems(failures) };
}

/** Of a page without an image. */
export function nothingTitle({ failures = [] }: PageRun): string {
  return failures.length === 0 ? 'Nothing runs' : 'Nothing could be looked at';
}

/** What scans found: of one target with its facts, of several a section each. */
export function scanPage(reports: readonly ScanReportInput[], run: PageRun): Page {
  const whole = 'The whole is in: holdfast scan TARGET --format json';
  const [only, ...others] = reports;
  const failed = (run.failures ?? []).length > 0;
  if (only !== undefined && others.length === 0 && !failed) {
    const { description } = only;
    const sections = [
      { heading: 'Findings', lead: [], items: findingItems(only) },
      { heading: 'Not known', lead: [UNKNOWN_LEAD], items: scanUnknowns(only) },
    ];
    return {
      title: description.reference,
      verdict: findingsBadge([only]),
      facts: targetFacts(only),
      lead: [...advisoriesNote(only), ...steps(only)],
      sections: sectionsWith(sections),
      whole,
      ...run,
    };
  }
  const drafts = reports.map((report) => ({
    heading: report.description.reference,
    lead: steps(report),
    items: [...findingItems(report), ...scanUnknowns(report)],
    keep: true as const,
  }));
  return {
    title: reports.length === 0 ? nothingTitle(run) : `${reports.length} images`,
    ...(reports.length === 0 ? {} : { verdict: findingsBadge(reports, failed) }),
    facts: [],
    lead: reports.slice(0, 1).flatMap(advisoriesNote),
    sections: sectionsWith([...drafts, notLookedAt(run)]),
    whole,
    ...run,
  };
}

const UNKNOWN_LEAD: Block = { kind: 'text', text: 'What could not be read or compared is not known to be clean.' };

function findingsBadge(reports: readonly ScanReportInput[], failed = false): Badge {
  const findings = reports.flatMap((report) => report.findings.findings);
  const packages = reports.reduce((sum, { inventory }) => sum + inventory.packages.length, 0);
  const unknowns = failed || reports.some((report) => scanUnknowns(report).length > 0);
  const known = findings.filter(({ exploitation }) => exploitation?.knownExploitedSince !== undefined).length;
  const fixable = findings.filter(({ fixedVersions }) => fixedVersions.length > 0).length;
  if (packages === 0)
    return {
      word: 'Nothing known',
      tone: 'unsure',
      sentence: 'No package was recognised, so that nothing was compared.',
    };
  const silence = unknowns ? ' Not everything could be read or compared.' : '';
  if (findings.length === 0)
    return {
      word: 'No findings',
      tone: unknowns ? 'unsure' : 'good',
      sentence: `In ${count(packages, 'package')}.${silence}`,
    };
  const exploited = known === 0 ? '' : `${known} known to be exploited; `;
  return {
    word: count(findings.length, 'finding'),
    tone: known > 0 ? 'bad' : 'plain',
    sentence: `In ${count(packages, 'package')}: ${exploited}${fixable} with a fix.${silence}`,
  };
}

/** What is known of a target, for the head of a page. */
export function targetFacts({
  description,
  inventory,
  layers,
  advisories,
  containers,
  leftOut,
}: ScanReportInput): Facts {
  const { kind, platform, digest, imageId } = description;
  const facts: (readonly [string, string | undefined])[] = [
    ['Read from', kind],
    ['Platform', platform && formatPlatform(platform)],
    ['Operating system', inventory.os?.name ?? 'not known'],
    ['Packages', String(inventory.packages.length)],
    ['Layers', layers === undefined ? undefined : String(layers)],
    ['Base image', inventory.base.name],
    ['Digest', short(digest ?? imageId)],
    ['Runs as', containers?.map(({ name }) => name).join(', ')],
    ['Left out', leftOut.length === 0 ? undefined : leftOut.join(', ')],
    ['Advisories', advisories === undefined ? 'none' : `${advisories.records} of ${advisories.builtAt.slice(0, 10)}`],
  ];
  return facts.flatMap(([label, value]) => (value === undefined || value === '' ? [] : [[label, value] as const]));
}

function short(digest: string | undefined): string | undefined {
  return digest === undefined || digest.length <= 19 ? digest : `${digest.slice(0, 19)}…`;
}

/** Said where little or nothing was compared. */
export function advisoriesNote({ advisories }: ScanReportInput): readonly Block[] {
  if (advisories === undefined)
    return [
      {
        kind: 'note',
        tone: 'unsure',
        text: 'There are no advisories: nothing was compared. Get them with: holdfast db update',
      },
    ];
  if (advisories.kind !== 'starter') return [];
  const text = `Compared with the built-in starter set only (${advisories.records} records of well-known flaws). Get the whole with: holdfast db update`;
  return [{ kind: 'note', tone: 'unsure', text }];
}

function steps({ findings, inventory }: ScanReportInput): readonly Block[] {
  const items = nextSteps(findings.findings, inventory.base.name).map(({ sentence }) => `${sentence}.`);
  return items.length === 0
    ? []
    : [
        { kind: 'text', text: 'Do first:' },
        { kind: 'list', ordered: true, items },
      ];
}
