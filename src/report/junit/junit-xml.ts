import { printable } from '#report/columns.ts';
import type { ReportItem } from '#report/items/item.ts';
import type { ItemGroup, ItemReport } from '#report/items/item-report.ts';
import { placeText } from '#report/items/place-text.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * JUnit XML in the form of Apache Ant’s: a suite for each image or file, a case for each item. What is wrong is a failure,
 * what could not be read or told an error; what only warns, is accepted, or has nothing to compare with is skipped. A
 * subject with nothing wrong has one case that passes.
 */
export function* junitXml({ groups, run }: ItemReport): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n';
  for (const [id, group] of groups.entries())
    yield* suite(group, id, run.createdAt.slice(0, 'yyyy-mm-ddThh:mm:ss'.length));
  yield '</testsuites>\n';
}

function* suite({ subject, items, verdict }: ItemGroup, id: number, time: string): Generator<string> {
  const number = (result: CaseResult) => items.filter((item) => resultOf(item) === result).length;
  const name = xml(subject.name);
  const own = items.length === 0 || verdict !== undefined ? 1 : 0;
  const failures = number('failure') + (verdict === 'deny' ? 1 : 0);
  const errors = number('error') + (verdict === 'unknown' ? 1 : 0);
  const counts = `tests="${items.length + own}" failures="${failures}" errors="${errors}" skipped="${number('skipped')}"`;
  yield `  <testsuite name="${name}" package="holdfast" id="${id}" timestamp="${time}" hostname="localhost" ${counts} time="0">\n    <properties/>\n`;
  if (own === 1) yield ownCase(name, verdict);
  const names = new Map<string, number>();
  for (const item of items) {
    const called = `${item.ruleId}: ${item.sentence}`;
    const before = names.get(called) ?? 0;
    names.set(called, before + 1);
    // Readers keep the first of those with one name.
    yield itemCase(item, name, xml(before === 0 ? called : `${called} (${before + 1})`));
  }
  yield '    <system-out/>\n    <system-err/>\n  </testsuite>\n';
}

function ownCase(name: string, verdict: ItemGroup['verdict']): string {
  const head = `    <testcase classname="${name}" name="${verdict === undefined ? 'nothing is wrong' : 'verdict'}" time="0"`;
  switch (verdict) {
    case 'deny':
      return `${head}><failure type="deny" message="Denied."/></testcase>\n`;
    case 'unknown':
      return `${head}><error type="unknown" message="Unknown."/></testcase>\n`;
    default:
      return `${head}/>\n`;
  }
}

type CaseResult = 'failure' | 'error' | 'skipped';

function resultOf({ outcome, gap }: ReportItem): CaseResult {
  switch (outcome) {
    case 'fails':
      return 'failure';
    case 'unknown':
      return gap === true ? 'skipped' : 'error';
    case 'warns':
    case 'accepted':
      return 'skipped';
  }
}

function itemCase(item: ReportItem, classname: string, name: string): string {
  const { severity, sentence, fix, why, positions } = item;
  const head = `    <testcase classname="${classname}" name="${name}" time="0">`;
  const tag = resultOf(item);
  if (tag === 'skipped') return `${head}<skipped/></testcase>\n`;
  const lines = [
    sentence,
    ...(fix === undefined ? [] : [`Fix: ${fix}`]),
    ...(why === undefined ? [] : [`Why: ${why}`]),
    ...positions.slice(0, 10).map((position) => `At: ${placeText(position)}`),
  ];
  return `${head}<${tag} type="${severity}" message="${xml(sentence)}">${lines.map(xml).join('\n')}</${tag}></testcase>\n`;
}

/** Without what XML cannot hold. */
function xml(text: string): string {
  return printable(text)
    .replace(/[\ufffe\uffff]/g, '?')
    .replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
}
