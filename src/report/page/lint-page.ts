import { compareSeverity } from '#core/severity.ts';
import type { ItemDraft } from '#report/items/item.ts';
import { lintItems, lintUnknowns } from '#report/items/lint-items.ts';
import type { LintReportInput } from '#report/lint-report.ts';
import { count } from '#report/next-steps.ts';
import type { Badge, Block, Page } from '#report/page/page.ts';
import { sectionsWith } from '#report/page/sections.ts';

/** What was said of files, the worst first whatever file it is in. */
export function lintPage(input: LintReportInput, createdAt: string): Page {
  const items = lintItems(input).toSorted((a, b) => compareSeverity(a.severity, b.severity));
  const unknowns = lintUnknowns(input);
  const named = [...new Set(input.judged.map(({ path }) => path))];
  const [only] = named;
  return {
    title: only === undefined || named.length > 1 ? count(input.files, 'file') : only === '-' ? 'Standard input' : only,
    verdict: badge(input, items, unknowns),
    facts: [
      ...(input.passedOver === 0 ? [] : [['Of no known kind', String(input.passedOver)] as const]),
      ...(input.fixed.length === 0 ? [] : [['Mended', count(input.fixed.length, 'file')] as const]),
    ],
    lead: worstFiles(items, named.length),
    sections: sectionsWith([
      { heading: 'Findings', lead: [], items },
      { heading: 'Not judged', lead: [], items: unknowns },
    ]),
    whole: 'The whole is in: holdfast lint PATH --format json',
    tool: input.tool,
    createdAt,
  };
}

function badge({ files }: LintReportInput, items: readonly ItemDraft[], unknowns: readonly ItemDraft[]): Badge {
  const silence = unknowns.length === 0 ? '' : ' Not everything could be judged.';
  if (files === 0) return { word: 'Nothing judged', tone: 'unsure', sentence: 'No file of a known kind was found.' };
  if (items.length === 0)
    return {
      word: 'No findings',
      tone: silence === '' ? 'good' : 'unsure',
      sentence: `In ${count(files, 'file')}.${silence}`,
    };
  const bad = items.some(({ severity }) => compareSeverity(severity, 'high') <= 0);
  return {
    word: count(items.length, 'finding'),
    tone: bad ? 'bad' : 'plain',
    sentence: `In ${count(files, 'file')}.${silence}`,
  };
}

const MOST_FILES = 10;

/** Where to begin, when there are several files. */
function worstFiles(items: readonly ItemDraft[], files: number): readonly Block[] {
  if (files < 2 || items.length === 0) return [];
  const byFile = new Map<string, { findings: number; readonly worst: string }>();
  for (const { subject, severity } of items) {
    const known = byFile.get(subject.name);
    if (known === undefined) byFile.set(subject.name, { findings: 1, worst: severity });
    else known.findings += 1;
  }
  const rows = [...byFile].slice(0, MOST_FILES).map(([name, { findings, worst }]) => [name, String(findings), worst]);
  const more = byFile.size - MOST_FILES;
  return [
    { kind: 'table', head: ['File', 'Findings', 'Worst'], rows },
    ...(more > 0 ? [{ kind: 'text', text: `and ${count(more, 'more file')}` } as const] : []),
  ];
}
