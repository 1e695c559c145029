import { compareSeverity } from '#core/severity.ts';
import type { ReportItem } from '#report/items/item.ts';
import { markdownText } from '#report/markdown/markdown-text.ts';
import { sarifLevel, securitySeverity } from '#report/sarif/sarif-levels.ts';
import { sarifText } from '#report/sarif/sarif-text.ts';

/** GitHub takes 20 and shows 10. */
const MOST_TAGS = 10;

/** The rules of results, each with the worst that it was found to be, and where each stands. */
export function sarifRules(items: readonly ReportItem[]) {
  const worst = new Map<string, ReportItem>();
  for (const item of items) {
    const known = worst.get(item.ruleId);
    if (known === undefined || compareSeverity(item.severity, known.severity) < 0) worst.set(item.ruleId, item);
  }
  return {
    rules: [...worst.values()].map(ruleOf),
    index: new Map([...worst.keys()].map((id, at) => [id, at] as const)),
  };
}

function ruleOf(item: ReportItem) {
  const { ruleId, title, why, flaw, tags } = item;
  const score = securitySeverity(item);
  // What is said of a flaw in one package is no word on the flaw.
  const about =
    flaw === undefined ? why : flaw.aliases.length === 0 ? undefined : `Also known as ${flaw.aliases.join(', ')}.`;
  const known = flaw === undefined ? tags : flaw.aliases;
  return {
    id: ruleId,
    shortDescription: { text: sarifText(title) },
    fullDescription: { text: sarifText(about === undefined ? title : `${title}. ${about}`) },
    help: {
      text: sarifText(about ?? title),
      markdown: [`**${markdownText(title)}**`, ...(about === undefined ? [] : [markdownText(about)])].join('\n\n'),
    },
    defaultConfiguration: { level: sarifLevel(item, false) },
    properties: {
      tags: [...new Set(['security', ...(flaw === undefined ? [] : ['vulnerability']), ...known])].slice(0, MOST_TAGS),
      ...(score === undefined ? {} : { 'security-severity': score }),
    },
  };
}
