import { SEVERITIES } from '#core/severity.ts';
import type { ReportItem } from '#report/items/item.ts';
import { placeText } from '#report/items/place-text.ts';
import { markdownBlocks } from '#report/markdown/markdown-blocks.ts';
import { markdownCode, markdownText } from '#report/markdown/markdown-text.ts';
import { count } from '#report/next-steps.ts';
import { mostUrgent, type ShownSection } from '#report/page/most-urgent.ts';
import type { Page, Tone } from '#report/page/page.ts';

/** A comment on GitHub holds 65,536 characters. */
const MOST_CHARACTERS = 65_000;
/** Of what is said around the items. */
const MOST_HEAD = 20_000;
const A_SECTION = 400;
const FIRST_ITEMS = 10;

const SIGNS: Readonly<Record<Tone, string>> = { good: '✅', bad: '❌', unsure: '❔', plain: 'ℹ️' };

/**
 * A report as Markdown that fits a comment on a pull request: the first items of each section are seen, the others folded,
 * and what does not fit is counted. Text from images neither links, mentions, nor draws.
 */
export function markdownPage(page: Page): string {
  const head = cutLines(headOf(page), MOST_HEAD);
  const leads = page.sections.map(({ lead }) =>
    cutLines(markdownBlocks(lead), Math.floor(MOST_HEAD / page.sections.length)),
  );
  let room = MOST_CHARACTERS - head.length - leads.join('').length - page.sections.length * A_SECTION;
  const texts = new Map<ReportItem, string>();
  const sections = mostUrgent(page.sections, (item) => {
    const text = itemOf(item, page.title);
    room -= text.length + 1;
    if (room >= 0) texts.set(item, text);
    return room >= 0;
  });
  const parts = sections.map((section, at) => sectionOf(section, leads[at] ?? '', texts));
  const left = sections.reduce((sum, { leftOut }) => sum + leftOut, 0);
  const whole =
    left === 0 ? '' : `${count(left, 'less urgent item')} left out to fit a comment. ${markdownText(page.whole)}\n`;
  return [head, ...parts, whole].filter((part) => part !== '').join('\n');
}

function headOf({ title, verdict, facts, lead, sections, tool }: Page): string {
  const word = verdict === undefined ? '' : `${SIGNS[verdict.tone]} ${markdownText(verdict.word)}: `;
  const counts = SEVERITIES.map((level) => {
    const number = sections.reduce(
      (sum, { items }) => sum + items.filter(({ severity }) => severity === level).length,
      0,
    );
    return number === 0 ? '' : `${number} ${level}`;
  }).filter((part) => part !== '');
  const rows = facts.map(([label, value]) => `${markdownText(label)}: ${markdownText(value)}`);
  return [
    `## ${word}${markdownText(title)}\n`,
    ...(verdict?.sentence === undefined ? [] : [`${markdownText(verdict.sentence)}\n`]),
    ...(counts.length === 0 ? [] : [`**${counts.join(' · ')}**\n`]),
    markdownBlocks(lead),
    ...(rows.length === 0
      ? []
      : [`<sub>${rows.join(' · ')} · ${markdownText(tool.name)} ${markdownText(tool.version)}</sub>\n`]),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function sectionOf(section: ShownSection, lead: string, texts: ReadonlyMap<ReportItem, string>): string {
  const { heading, items, leftOut } = section;
  const lines = items.map((item) => texts.get(item) ?? '');
  const number = items.length + leftOut;
  const rest = lines.slice(FIRST_ITEMS);
  return [
    `### ${markdownText(heading)}${number === 0 ? '' : ` (${number})`}\n`,
    ...(lead === '' ? [] : [lead]),
    ...lines.slice(0, FIRST_ITEMS),
    ...(rest.length === 0 ? [] : [`\n<details><summary>${rest.length} more</summary>\n`, ...rest, '\n</details>']),
    ...(leftOut === 0 ? [] : [`\nand ${leftOut} left out`]),
    '',
  ].join('\n');
}

/** A line, and the fix below it. */
function itemOf(item: ReportItem, title: string): string {
  const { severity, outcome, sentence, ruleId, fix, commands, positions, subject, tags } = item;
  const [best] = positions;
  const places = [
    ...(sentence.includes(ruleId) ? [] : [ruleId]),
    ...(best === undefined ? (subject.name === title ? [] : [subject.name]) : [placeText(best)]),
  ];
  const level = outcome === 'unknown' ? 'not known' : severity;
  const mark = tags.includes('known-exploited') ? ' (exploited)' : '';
  const todo = [...(fix === undefined ? [] : [markdownText(fix)]), ...(commands ?? []).map(markdownCode)];
  return [
    `- **${level}**${mark} ${markdownText(sentence)}${places.map((place) => ` ${markdownCode(place)}`).join('')}`,
    ...(todo.length === 0 ? [] : [`  <br>Fix: ${todo.join(' ')}`]),
  ].join('\n');
}

/** Whole lines only, and no block of code left open: nothing is cut inside of a mark. */
function cutLines(text: string, most: number): string {
  if (text.length <= most) return text;
  const kept = text.slice(0, Math.max(0, text.lastIndexOf('\n', most)));
  let open: string | undefined;
  for (const line of kept.split('\n')) {
    const fence = /^( *`{3,})[^`]*$/.exec(line)?.[1];
    if (open === undefined) open = fence;
    else if (line === open) open = undefined;
  }
  return `${kept}\n${open === undefined ? '' : `${open}\n`}\n(cut)\n`;
}
