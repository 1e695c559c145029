import { missingOf, reasonsOf } from '#policy/verdict.ts';
import type { CheckReportInput } from '#report/check-report-input.ts';
import { checkSteps } from '#report/check-steps.ts';
import { checkItems } from '#report/items/check-items.ts';
import { count } from '#report/next-steps.ts';
import type { Badge, Block, Page } from '#report/page/page.ts';
import { advisoriesNote, nothingTitle, notLookedAt, type PageRun, targetFacts } from '#report/page/scan-page.ts';
import { sectionsWith } from '#report/page/sections.ts';

/** Verdicts: of one target with why and what to do, of several the same, one after the other. */
export function checkPage(inputs: readonly CheckReportInput[], run: PageRun): Page {
  const whole = 'The whole is in: holdfast check TARGET --format json';
  const [only, ...others] = inputs;
  const alone = others.length === 0 && (run.failures ?? []).length === 0;
  const parts = inputs.flatMap((input) => {
    const { denies, missing, warnings, accepted } = checkItems(input);
    const of = alone ? '' : `${input.report.description.reference}: `;
    const notes = input.verdict.notes;
    return [
      ...(alone ? [] : [headOf(input)]),
      { heading: `${of}Why it is denied`, lead: [], items: denies },
      { heading: `${of}Not known`, lead: [], items: missing },
      { heading: `${of}Warnings`, lead: [], items: warnings },
      { heading: `${of}Accepted for a while`, lead: [], items: accepted },
      ...(notes.length === 0 ? [] : [{ heading: `${of}Notes`, lead: [list(notes)], items: [], keep: true as const }]),
    ];
  });
  const sections = sectionsWith([...parts, notLookedAt(run)]);
  if (only !== undefined && alone) {
    return {
      title: only.report.description.reference,
      verdict: verdictBadge(only),
      facts: checkFacts(only),
      lead: [...advisoriesNote(only.report), ...steps(only)],
      sections,
      whole,
      ...run,
    };
  }
  return {
    title: inputs.length === 0 ? nothingTitle(run) : `${inputs.length} images`,
    facts: (['deny', 'unknown', 'allow'] as const).map((decision) => [
      decision,
      String(inputs.filter(({ verdict }) => verdict.decision === decision).length),
    ]),
    lead: inputs.slice(0, 1).flatMap(({ report }) => advisoriesNote(report)),
    sections,
    whole,
    ...run,
  };
}

const TONES = { allow: 'good', deny: 'bad', unknown: 'unsure' } as const;

function verdictBadge({ verdict }: CheckReportInput): Badge {
  const { decision, policies, warnings, waived } = verdict;
  const sums = [
    decision === 'deny' ? count(reasonsOf(verdict).length, 'reason') : '',
    missingOf(verdict).length > 0 ? `${missingOf(verdict).length} not known` : '',
    warnings.length > 0 ? count(warnings.length, 'warning') : '',
    waived.length > 0 ? `${waived.length} accepted` : '',
  ].filter((part) => part !== '');
  const names = policies.map(({ name, mode }) => (mode === 'warn' ? `${name} (warns)` : name));
  const sentence = `By ${names.length === 0 ? 'no policy' : names.join(', ')}: ${sums.length === 0 ? 'all holds' : sums.join(', ')}.`;
  return { word: decision.toUpperCase(), tone: TONES[decision], sentence };
}

function checkFacts({ report, environment, recorded }: CheckReportInput): Page['facts'] {
  return [
    ...(environment === null ? [] : [['Environment', environment] as const]),
    ...targetFacts(report),
    ...(recorded === undefined ? [] : [['On the record', `position ${recorded.position}`] as const]),
  ];
}

function headOf(input: CheckReportInput) {
  const { word, tone, sentence = '' } = verdictBadge(input);
  const note: Block = { kind: 'note', tone, text: `${word}. ${sentence}` };
  return { heading: input.report.description.reference, lead: [note, ...steps(input)], items: [], keep: true as const };
}

function steps(input: CheckReportInput): readonly Block[] {
  const items = checkSteps(input);
  return items.length === 0
    ? []
    : [
        { kind: 'text', text: 'What to do:' },
        { kind: 'list', ordered: true, items },
      ];
}

function list(items: readonly string[]): Block {
  return { kind: 'list', ordered: false, items };
}
