import { compareSeverity } from '#core/severity.ts';
import { HOST_BENCHMARK, type JudgedCheck } from '#report/host-report.ts';
import { hostItems } from '#report/items/host-items.ts';
import { count } from '#report/next-steps.ts';
import type { Page } from '#report/page/page.ts';
import { sectionsWith } from '#report/page/sections.ts';

/** How the checks of the host came out. */
export function hostPage(judged: readonly JudgedCheck[], run: Pick<Page, 'tool' | 'createdAt'>): Page {
  const items = hostItems(judged);
  const failing = items
    .filter(({ outcome }) => outcome === 'fails')
    .toSorted((a, b) => compareSeverity(a.severity, b.severity));
  const open = items.filter(({ outcome }) => outcome !== 'fails');
  const number = (outcome: string) => judged.filter(({ answer }) => answer.outcome === outcome).length;
  return {
    title: 'This host and its engine',
    verdict:
      failing.length === 0
        ? { word: 'Nothing fails', tone: open.length === 0 ? 'good' : 'unsure' }
        : { word: `${count(failing.length, 'check')} failing`, tone: 'bad' },
    facts: [
      ['Asked', HOST_BENCHMARK],
      ['Pass', String(number('pass'))],
      ['Fail', String(number('fail'))],
      ['Not applicable', String(number('not-applicable'))],
      ['Not known', String(number('unknown'))],
    ],
    lead: [],
    sections: sectionsWith([
      { heading: 'What fails', lead: [], items: failing },
      { heading: 'Not known, or for a person to judge', lead: [], items: open },
    ]),
    whole: 'The whole is in: holdfast lint host: --format json',
    ...run,
  };
}
