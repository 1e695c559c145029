import type { Position } from '#core/position.ts';
import type { Finding } from '#finding/finding.ts';
import type { ItemDraft, Subject } from '#report/items/item.ts';
import { problemItem, sentenceOf } from '#report/items/problem-items.ts';
import { count } from '#report/next-steps.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** What a scan is of. A directory's files are files that a person can open; an image's are not. */
export function subjectOf({ description: { kind, reference } }: ScanReportInput): Subject {
  switch (kind) {
    case 'dir':
    case 'rootfs':
      return { kind: 'directory', name: reference };
    case 'sbom':
      return { kind: 'sbom', name: reference };
    case 'container':
      return { kind: 'container', name: reference };
    default:
      return { kind: 'image', name: reference };
  }
}

/** One item a finding, in their order: the most urgent first. */
export function findingItems(report: ScanReportInput): readonly ItemDraft[] {
  const subject = subjectOf(report);
  return report.findings.findings.map((finding) => findingItem(finding, report, subject));
}

/** What could not be read or compared. */
export function scanUnknowns(report: ScanReportInput): readonly ItemDraft[] {
  const subject = subjectOf(report);
  const gaps = report.findings.coverage.filter(({ state }) => state !== 'covered' && state !== 'not-affected');
  return [
    ...report.inventory.problems.map((problem) => problemItem(problem, subject)),
    ...gaps.map(
      (gap): ItemDraft => ({
        ruleId: `coverage/${gap.state}`,
        title: 'Packages that were not compared with advisories',
        severity: 'unknown',
        outcome: 'unknown',
        ...(gap.state === 'failed' ? {} : { gap: true as const }),
        sentence: sentenceOf(`${gap.subject}, ${count(gap.packages, 'package')}: ${gap.reason}`),
        positions: [],
        subject,
        tags: [],
        identity: [gap.subject],
      }),
    ),
  ];
}

/** The item of one finding. */
export function findingItem(finding: Finding, report: ScanReportInput, subject: Subject): ItemDraft {
  const { id, aliases, package: found, severity, exploitation, summary, fixedVersions } = finding;
  const since = exploitation?.knownExploitedSince;
  const fix = fixOf(finding);
  const [location = ''] = found.locations;
  const tags = [
    ...aliases,
    ...(since === undefined ? [] : ['known-exploited']),
    ...(found.owner === 'base' ? ['base-image'] : []),
  ];
  return {
    ruleId: id,
    title: summary ?? id,
    severity: severity.level,
    outcome: 'fails',
    sentence: sentenceFor(finding),
    ...whyOf(finding),
    ...(fix === undefined ? {} : { fix }),
    evidence: evidenceOf(finding),
    positions: positionsOf(finding, report),
    subject,
    tags,
    // Not the version: the same flaw after an upgrade that did not mend it is the same.
    identity: [found.type, found.name, location],
    flaw: {
      id,
      aliases,
      package: { name: found.name, version: found.version, type: found.type, purl: found.purl },
      fixedVersions,
      ...(severity.score === undefined ? {} : { score: severity.score }),
      ...(summary === undefined ? {} : { summary }),
    },
  };
}

const NO_FIX: Readonly<Record<NonNullable<Finding['fixState']>, string>> = {
  open: 'no fix is known',
  'no-dsa': 'its vendor sees a minor issue and has no fix',
  postponed: 'its vendor has postponed the fix',
  ignored: 'its vendor will not fix it',
  'end-of-life': 'its release is at its end of life',
};

function sentenceFor({ id, package: { name, version }, fixedVersions, fixState, exploitation }: Finding): string {
  const since = exploitation?.knownExploitedSince;
  const known = since === undefined ? '' : `, which is known to be exploited since ${since.slice(0, 10)}`;
  const mended = fixedVersions.length > 0 ? `fixed in ${fixedVersions.join(', ')}` : NO_FIX[fixState ?? 'open'];
  return `${name} ${version} has ${id}${known}; ${mended}.`;
}

function fixOf({ package: { name, version, source, owner }, fixedVersions }: Finding): string | undefined {
  const [lowest] = fixedVersions;
  if (lowest === undefined) return undefined;
  const what = source?.name ?? name;
  return owner === 'base'
    ? `Rebuild on a base image with ${what} ${lowest} or later.`
    : `Upgrade ${what} from ${source?.version ?? version} to ${lowest} or later.`;
}

function whyOf({ exploitation }: Finding): { readonly why?: string } {
  const epss = exploitation?.epss;
  if (epss === undefined) return {};
  return { why: `The odds that it is exploited in the next 30 days are ${percent(epss.score)} (EPSS).` };
}

/** Enough to check it by hand: what was compared, and the build step that brought the package. */
function evidenceOf({ because: [first], package: { layer } }: Finding): string {
  const { advisory, source, ecosystem, package: name, version, comparison } = first;
  const step = layer?.instruction === undefined ? '' : `; came with: ${layer.instruction}`;
  return `${advisory} (${source}): ${ecosystem} ${name} ${version}: ${comparison}${step}`;
}

function percent(score: number): string {
  return `${(score * 100).toPrecision(2).replace(/\.0$/, '')}%`;
}

function positionsOf({ package: { layer, locations } }: Finding, { description, layers }: ScanReportInput) {
  const slashed = (path: string) => (path.startsWith('/') ? path : `/${path}`);
  if (description.kind === 'dir' || description.kind === 'rootfs') {
    const top = description.reference.replace(/\/+$/, '');
    return locations.map(
      (path): Position => ({
        kind: 'file',
        path: `${top === '.' ? '' : `${top}/`}${path.replace(/^\/+/, '')}`,
        line: 1,
        column: 1,
      }),
    );
  }
  if (layer === undefined || layers === undefined) return [];
  const digest = layer.diffId === undefined ? {} : { digest: layer.diffId };
  return locations.map((path): Position => ({ kind: 'layer', layer: layer.index, ...digest, path: slashed(path) }));
}
