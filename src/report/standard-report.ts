import type { StandardLine, StandardReport } from '#api/standard-report.ts';
import type { Problem } from '#core/errors.ts';
import { printable, wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';
import type { Paint } from '#report/paint.ts';
import type { FailedCheck, PodSecurityStandard } from '#workload/pod-security/judge-pod.ts';

/** What was judged by a standard, as report writers take it. */
export interface StandardReportInput {
  readonly tool: { readonly name: string; readonly version: string };
  readonly standard: PodSecurityStandard;
  readonly verdicts: readonly Verdict[];
  readonly problems: readonly Problem[];
}

interface Verdict {
  readonly file: string;
  readonly document: string;
  readonly failed: readonly FailedCheck[];
  readonly unclear: boolean;
}

/** One document in the form that leaves the program (api/standard-report.ts). */
export function toStandardLine(verdict: Verdict): StandardLine {
  const { file, document, failed } = verdict;
  return { file, document, outcome: outcomeOf(verdict), checks: failed.map(({ id }) => id) };
}

function outcomeOf({ failed, unclear }: Verdict): StandardLine['outcome'] {
  if (failed.length > 0) return 'fail';
  return unclear ? 'unknown' : 'pass';
}

/** The report in the form that leaves the program. */
export function toStandardReport(input: StandardReportInput): StandardReport {
  return {
    schemaVersion: 1,
    tool: { ...input.tool },
    standard: nameOf(input.standard),
    documents: input.verdicts.map(toStandardLine),
    problems: [...input.problems],
  };
}

/** The report for people: what fails, with its places, and one line of sums. */
export function* standardText(
  input: StandardReportInput,
  { width, paint }: { readonly width: number; readonly paint: Paint },
): Generator<string> {
  const failing = input.verdicts.filter(({ failed }) => failed.length > 0);
  for (const { file, document, failed } of failing) {
    yield `${paint('bold', printable(`${file === '-' ? 'Standard input' : file} ${document}`))}\n`;
    for (const { id, violations } of failed) {
      for (const { at, sentence } of violations) {
        const place = at.kind === 'file' ? `${at.line}:${at.column}` : '';
        const lines = wrapText(`  ${place}  ${id}  ${printable(sentence)}`, width, '      ');
        yield `${lines.join('\n')}\n`;
      }
    }
    yield '\n';
  }
  yield problemsText(input.problems);
  const total = `${count(input.verdicts.length, 'document')} by ${nameOf(input.standard)}`;
  const sums = (['pass', 'fail', 'unknown'] as const)
    .map((outcome) => ({ outcome, sum: input.verdicts.filter((verdict) => outcomeOf(verdict) === outcome).length }))
    .filter(({ outcome, sum }) => outcome !== 'unknown' || sum > 0)
    .map(({ outcome, sum }) => `${sum} ${outcome}`);
  yield `${paint('bold', `${total}: ${sums.join(', ')}.`)}\n`;
}

/** What could not be read, a line each. */
export function problemsText(problems: readonly Problem[]): string {
  return problems
    .map(
      ({ code, message, hint }) =>
        `problem: ${printable(message)} [${code}]${hint === undefined ? '' : `\n  ${printable(hint)}`}\n`,
    )
    .join('');
}

function nameOf({ level, minor }: PodSecurityStandard): string {
  return `pss:${level}:v1.${minor}`;
}
