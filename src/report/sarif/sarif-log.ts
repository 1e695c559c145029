import { compareSeverity } from '#core/severity.ts';
import { filePlaces } from '#report/items/file-places.ts';
import { type ReportItem, stableName } from '#report/items/item.ts';
import type { ItemReport } from '#report/items/item-report.ts';
import { sarifLevel } from '#report/sarif/sarif-levels.ts';
import { SOURCE_ROOT, sarifLocations } from '#report/sarif/sarif-locations.ts';
import { sarifRules } from '#report/sarif/sarif-rules.ts';
import { sarifText } from '#report/sarif/sarif-text.ts';

/** GitHub refuses a file with more, and shows the 5,000 worst. */
const MOST_RESULTS = 25_000;
const MOST_NOTIFICATIONS = 1000;

/**
 * A SARIF 2.1.0 log of one run. What is wrong becomes results; what could not be read or told becomes notifications of a
 * run that says it did not succeed; what somebody accepts is counted and left out, since GitHub would show it as open.
 */
export function sarifLog({ run, groups }: ItemReport) {
  const { tool, command, root } = run;
  const all = groups.flatMap(({ items }) => items);
  const wrong = all
    .filter(({ outcome }) => outcome === 'fails' || outcome === 'warns')
    .toSorted((a, b) => compareSeverity(a.severity, b.severity));
  const shown = wrong.slice(0, MOST_RESULTS);
  const unknown = all.filter(({ outcome }) => outcome === 'unknown');
  const accepted = all.filter(({ outcome }) => outcome === 'accepted').length;
  const { rules, index } = sarifRules(shown);
  const [only, ...others] = groups;
  const subject = only !== undefined && others.length === 0 ? `/${stableName(only.subject)}` : '';
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Holdfast', version: tool.version, rules } },
        automationDetails: { id: `holdfast/${command}${subject}/` },
        invocations: [
          {
            executionSuccessful: unknown.every(({ gap }) => gap === true),
            endTimeUtc: run.createdAt,
            toolExecutionNotifications: [
              ...unknown.slice(0, MOST_NOTIFICATIONS).map((item) => notification(item, root)),
              ...leftOut(
                unknown.length - MOST_NOTIFICATIONS,
                'thing that could not be read or told is',
                'things that could not be read or told are',
              ),
              ...leftOut(wrong.length - shown.length, 'less severe result is', 'less severe results are'),
            ],
          },
        ],
        originalUriBaseIds: { [SOURCE_ROOT]: { description: { text: 'The directory that Holdfast was started in.' } } },
        columnKind: 'utf16CodeUnits',
        results: shown.map((item) => resultOf(item, index.get(item.ruleId) ?? -1, root, command === 'check')),
        properties: {
          accepted,
          verdicts: groups.flatMap(({ subject: { name }, verdict }) =>
            verdict === undefined ? [] : [{ name, verdict }],
          ),
        },
      },
    ],
  };
}

function resultOf(item: ReportItem, ruleIndex: number, root: string, decides: boolean) {
  const { ruleId, sentence, fix, severity, subject, fingerprint } = item;
  const ours = filePlaces(item, root)[0]?.ours === true;
  return {
    ruleId,
    ruleIndex,
    level: sarifLevel(item, decides),
    message: { text: sarifText(fix === undefined ? sentence : `${sentence} ${fix}`) },
    locations: sarifLocations(item, root),
    partialFingerprints: {
      'holdfast/v1': fingerprint,
      // Of a file that it can open GitHub makes its own, which follows the line when others are written above it.
      ...(ours ? {} : { primaryLocationLineHash: `${fingerprint}:1` }),
    },
    properties: { severity, subject: subject.name },
  };
}

function notification(item: ReportItem, root: string) {
  return {
    level: item.gap === true ? 'note' : 'warning',
    descriptor: { id: item.ruleId },
    message: { text: sarifText(item.fix === undefined ? item.sentence : `${item.sentence} ${item.fix}`) },
    locations: sarifLocations(item, root),
  };
}

function leftOut(number: number, one: string, several: string) {
  if (number <= 0) return [];
  const text = `${number} ${number === 1 ? one : several} not listed here: use --format json.`;
  return [{ level: 'warning', descriptor: { id: 'left-out' }, message: { text } }];
}
