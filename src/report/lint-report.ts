import type { Linted, LintReport } from '#api/lint-report.ts';
import type { Problem } from '#core/errors.ts';
import type { Judged } from '#core/judged.ts';
import type { RuleFacts } from '#core/rule.ts';

/** What was judged and the run that judged it, as report writers take it. */
export interface LintReportInput {
  readonly tool: { readonly name: string; readonly version: string };
  readonly judged: readonly Judged[];
  readonly files: number;
  readonly passedOver: number;
  readonly fixed: readonly { readonly path: string; readonly edits: number }[];
  readonly problems: readonly Problem[];
  /** Every rule that may have spoken, by its id. */
  readonly rules: ReadonlyMap<string, RuleFacts>;
}

/** The report in the form that leaves the program (api/lint-report.ts). */
export function toLintReport(input: LintReportInput): LintReport {
  const spoke = new Set(input.judged.flatMap(({ reasons }) => reasons.map(({ rule }) => rule)));
  return {
    schemaVersion: 1,
    tool: { ...input.tool },
    judged: input.judged.map((one) => toLinted(one, input.rules)),
    rules: [...input.rules.values()]
      .filter(({ id }) => spoke.has(id))
      .map(({ id, title, severity, why, elsewhere }) => ({ id, title, severity, why, elsewhere: [...elsewhere] })),
    files: input.files,
    passedOver: input.passedOver,
    fixed: input.fixed.map((one) => ({ ...one })),
    problems: [...input.problems],
  };
}

/** One document of the report. */
export function toLinted(one: Judged, rules: ReadonlyMap<string, RuleFacts>): Linted {
  const { path, kind, document, reasons, problems } = one;
  return {
    path,
    kind,
    ...(document === undefined ? {} : { document }),
    reasons: reasons.map((reason) => ({
      rule: reason.rule,
      severity: reason.severity,
      sentence: reason.sentence,
      ...(reason.fix === undefined ? {} : { fix: reason.fix }),
      positions: [...reason.positions],
      ...(reason.evidence === undefined ? {} : { evidence: reason.evidence }),
      elsewhere: [...(rules.get(reason.rule)?.elsewhere ?? [])],
    })),
    problems: [...problems],
  };
}
