import type { HostLine, HostReport } from '#api/host-report.ts';
import { printable, wrapText } from '#report/columns.ts';
import { type Paint, SEVERITY_STYLE } from '#report/paint.ts';
import type { HostAnswer, HostCheck } from '#workload/host/host-check.ts';

/** What the checks follow. */
export const HOST_BENCHMARK = 'CIS Docker Benchmark 1.6.0, sections 1 to 3 and 5';

/** A check and how it came out. */
export interface JudgedCheck {
  readonly check: HostCheck;
  readonly answer: HostAnswer;
}

/** A check in the form that leaves the program (api/host-report.ts). */
export function toHostLine({ check, answer }: JudgedCheck): HostLine {
  const { id, cis, title, severity, fix } = check;
  const { outcome, sentence, manual } = answer;
  return {
    check: id,
    cis,
    title,
    severity,
    outcome,
    sentence,
    ...(manual === undefined ? {} : { manual }),
    ...(outcome === 'fail' ? { fix } : {}),
  };
}

/** The report in the form that leaves the program. */
export function toHostReport(tool: HostReport['tool'], judged: readonly JudgedCheck[]): HostReport {
  return {
    schemaVersion: 1,
    tool: { ...tool },
    benchmark: HOST_BENCHMARK,
    checks: judged.map(toHostLine),
  };
}

const WORDS = { pass: 'pass', fail: 'FAIL', 'not-applicable': 'n/a', unknown: '?' } as const;
const INDENT = '              ';

/** The list for people, in the order of the numbers, and one line of sums. */
export function* hostText(
  judged: readonly JudgedCheck[],
  { width, paint }: { readonly width: number; readonly paint: Paint },
): Generator<string> {
  for (const { check, answer } of judged) {
    const { outcome, sentence, manual } = answer;
    const mark = WORDS[outcome].padEnd(5);
    const shown = outcome === 'fail' ? paint(SEVERITY_STYLE[check.severity], mark) : mark;
    const head = `${check.cis.padEnd(7)} ${shown}`;
    const level = outcome === 'fail' ? ` (${check.severity}, ${check.id})` : manual ? ' For a person to judge.' : '';
    const [first = '', ...rest] = wrapText(`${INDENT}${printable(sentence)}${level}`, width, INDENT);
    yield `${head} ${first.trimStart()}\n${rest.map((line) => `${line}\n`).join('')}`;
    if (outcome === 'fail') yield `${wrapText(`${INDENT}Fix: ${printable(check.fix)}`, width, INDENT).join('\n')}\n`;
  }
  const count = (outcome: HostAnswer['outcome']) => judged.filter(({ answer }) => answer.outcome === outcome).length;
  const manual = judged.filter(({ answer }) => answer.manual === true).length;
  const open = count('unknown') - manual;
  yield `\n${paint('bold', `${count('pass')} pass, ${count('fail')} fail, ${count('not-applicable')} not applicable, ${open} unknown, ${manual} for a person to judge.`)}\n`;
}
