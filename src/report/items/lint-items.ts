import type { Judged } from '#core/judged.ts';
import type { RuleFacts, RuleReference } from '#core/rule.ts';
import type { ItemDraft, Subject } from '#report/items/item.ts';
import { problemItem } from '#report/items/problem-items.ts';
import type { LintReportInput } from '#report/lint-report.ts';

const STANDARD_INPUT = 'standard input';

/** The file that something was said of. */
export function judgedSubject({ path }: Pick<Judged, 'path'>): Subject {
  return { kind: 'file', name: path === '-' ? STANDARD_INPUT : path };
}

/** One item a finding, in the order of the files. */
export function lintItems({ judged, rules }: LintReportInput): readonly ItemDraft[] {
  return judged.flatMap((one) => one.reasons.map((reason) => reasonItem(reason, one, rules.get(reason.rule))));
}

/** What could not be read, in files and on the way to them. */
export function lintUnknowns({ judged, problems }: LintReportInput): readonly ItemDraft[] {
  return [
    ...problems.map((problem) => problemItem(problem, { kind: 'run', name: problem.path ?? 'this run' })),
    ...judged.flatMap((one) => one.problems.map((problem) => problemItem(problem, judgedSubject(one)))),
  ];
}

function reasonItem(reason: Judged['reasons'][number], one: Judged, rule: RuleFacts | undefined): ItemDraft {
  const { rule: ruleId, severity, sentence, fix, positions, evidence } = reason;
  return {
    ruleId,
    title: rule === undefined ? ruleId : capitalised(rule.title),
    severity,
    outcome: 'fails',
    sentence,
    ...(rule === undefined ? {} : { why: rule.why }),
    ...(fix === undefined ? {} : { fix }),
    ...(evidence === undefined ? {} : { evidence }),
    positions: positions.map((at) => (at.kind === 'file' && at.path === '-' ? { ...at, path: STANDARD_INPUT } : at)),
    subject: judgedSubject(one),
    tags: (rule?.elsewhere ?? []).map(tagOf),
    // Lines move when something is written above them.
    identity: [one.document ?? '', sentence],
  };
}

/** Titles of rules begin small, since pages say `that` before them. */
export function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** `cis-docker:5.4`; hadolint's and ShellCheck's ids are known by themselves. */
export function tagOf({ standard, id }: RuleReference): string {
  return standard === 'hadolint' || standard === 'shellcheck' ? id : `${standard}:${id}`;
}
