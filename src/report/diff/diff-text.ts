import type { DiffReport } from '#api/diff-report.ts';
import { printable, wrapText } from '#report/columns.ts';
import {
  coverageInWords,
  FINDING_SECTIONS,
  findingsInWords,
  packageLines,
  packagesInWords,
  sideInWords,
  versionsOf,
} from '#report/diff/diff-sections.ts';
import { type Paint, SEVERITY_STYLE } from '#report/paint.ts';

export interface DiffTextOptions {
  readonly width: number;
  readonly paint: Paint;
}

const MOST_LINES = 20;
/** What stays is counted, and its worst named. */
const MOST_STILL = 5;

/** Two scans compared, for people: what is new first, then what was fixed, what nobody knows, what else changed. */
export function diffText(report: DiffReport, options: DiffTextOptions): string {
  const { before, after, findings, packages, settings, coverage, notes } = report;
  const sections = [
    [
      ...wrapped(`${sideInWords(before)} → ${sideInWords(after)}`, options, 'bold'),
      ...wrapped(findingsInWords(findings), options),
      ...wrapped(packagesInWords(packages), options),
    ],
    ...FINDING_SECTIONS.map(({ kind, title }) => {
      const most = kind === 'still' ? MOST_STILL : MOST_LINES;
      return section(
        title,
        findings[kind].flatMap((row, index) => (index < most ? findingLines(row, options) : [])),
        {
          ...{ of: findings[kind].length, more: findings[kind].length - most },
          ...options,
        },
      );
    }),
    section(
      'Changed',
      settings.flatMap((one) => wrapped(`  ${settingInWords(one)}`, options)),
      options,
    ),
    section(
      'Packages',
      packageLines(packages)
        .slice(0, MOST_LINES)
        .flatMap((line) => wrapped(`  ${line}`, options)),
      {
        ...options,
        more: packageLines(packages).length - MOST_LINES,
      },
    ),
    section(
      'Compared otherwise',
      coverage.flatMap((line) => wrapped(`  ${coverageInWords(line)}`, options)),
      options,
    ),
    section(
      'Notes',
      notes.flatMap((note) => wrapped(`  ${note}`, options)),
      options,
    ),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function section(
  title: string,
  lines: readonly string[],
  { paint, of, more = 0 }: DiffTextOptions & { readonly of?: number; readonly more?: number },
): readonly string[] {
  if (lines.length === 0) return [];
  const head = paint('bold', of === undefined ? title : `${title}: ${of}`);
  return [head, ...lines, ...(more > 0 ? [`  and ${more} more: --format json`] : [])];
}

function findingLines(
  row: DiffReport['findings']['new'][number],
  { width, paint }: DiffTextOptions,
): readonly string[] {
  const { id, severity, knownExploited, fixedVersions, why } = row;
  const fix = fixedVersions[0] === undefined ? '' : `, fixed in ${fixedVersions[0]}`;
  const known = knownExploited ? ', known to be exploited' : '';
  const text = printable(`  ${severity}  ${id} in ${versionsOf(row)}${fix}${known}. ${why}`);
  const [first = '', ...rest] = wrapText(text, width, '    ');
  return [first.replace(severity, (word) => paint(SEVERITY_STYLE[severity], word)), ...rest];
}

function settingInWords({ what, before, after }: DiffReport['settings'][number]): string {
  return `${what}: ${before ?? '(none)'} → ${after ?? '(none)'}`;
}

function wrapped(text: string, { width, paint }: DiffTextOptions, style?: 'bold'): readonly string[] {
  const lines = wrapText(printable(text), width, '    ');
  return style === undefined ? lines : lines.map((line) => paint(style, line));
}
