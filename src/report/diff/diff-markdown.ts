import type { DiffReport } from '#api/diff-report.ts';
import { printable } from '#report/columns.ts';
import {
  coverageInWords,
  FINDING_SECTIONS,
  findingsInWords,
  packageLines,
  packagesInWords,
  sideInWords,
  versionsOf,
} from '#report/diff/diff-sections.ts';

/** A comment of a pull request has at most 65,536 characters. */
const MOST_ROWS = 40;
const MOST_LINES = 60;
const MOST_CELL = 200;

/** The comparison as a comment of a pull request: what is new and what was fixed in tables, the rest folded. */
export function diffMarkdown({ before, after, findings, packages, settings, coverage, notes }: DiffReport): string {
  const blocks = [
    `### ${cell(`${sideInWords(before)} → ${sideInWords(after)}`)}`,
    `${cell(findingsInWords(findings))}\n${cell(packagesInWords(packages))}`,
    ...FINDING_SECTIONS.filter(({ kind }) => findings[kind].length > 0).map(({ kind, title }) => {
      const rows = findings[kind];
      const table = [
        '| severity | id | package | what became of it |',
        '| --- | --- | --- | --- |',
        ...rows
          .slice(0, MOST_ROWS)
          .map(
            (row) =>
              `| ${row.severity} | ${cell(row.id)} | ${cell(versionsOf(row))} | ${row.knownExploited ? '**Known to be exploited.** ' : ''}${cell(row.why)} |`,
          ),
        ...(rows.length > MOST_ROWS ? [`| | | | and ${rows.length - MOST_ROWS} more |`] : []),
      ].join('\n');
      const isOpen = kind === 'new' || kind === 'noLongerCompared';
      return isOpen ? `**${title}: ${rows.length}**\n\n${table}` : folded(`${title}: ${rows.length}`, table);
    }),
    ...list(
      'Changed',
      settings.map(({ what, before: old, after: now }) => `${what}: ${old ?? '(none)'} → ${now ?? '(none)'}`),
    ),
    ...list('Packages', packageLines(packages)),
    ...list('Compared otherwise', coverage.map(coverageInWords)),
    ...notes.map((note) => `> ${cell(note)}`),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function list(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, MOST_LINES).map((line) => `- ${cell(line)}`);
  const more = lines.length > MOST_LINES ? [`- and ${lines.length - MOST_LINES} more`] : [];
  return [folded(`${title}: ${lines.length}`, [...shown, ...more].join('\n'))];
}

function folded(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

/** What an image says of itself is text and nothing else: no markup, no mention of anybody, no link. */
function cell(text: string): string {
  const tame = printable(text).slice(0, MOST_CELL);
  return tame
    .replace(/[\\`*_{}[\]<>()#+!|~]/g, (sign) => `\\${sign}`)
    .replace(/@/g, '@\u200b')
    .replace(/:\/\//g, ':\u200b//');
}
