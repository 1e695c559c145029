import type { Problem } from '#core/errors.ts';
import type { Judged } from '#core/judged.ts';
import type { Position } from '#core/position.ts';
import type { Reason } from '#core/reason.ts';
import { SEVERITIES } from '#core/severity.ts';
import { printable, wrapText } from '#report/columns.ts';
import type { LintReportInput } from '#report/lint-report.ts';
import { count } from '#report/next-steps.ts';
import { type Paint, SEVERITY_STYLE } from '#report/paint.ts';

export interface LintTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

/** The report for people, in pieces: a paragraph a file, its findings by their places, one line of sums. */
export function* lintText(input: LintReportInput, options: LintTextOptions): Generator<string> {
  for (const one of input.judged) {
    if (one.reasons.length > 0 || one.problems.length > 0) yield `${judgedLines(one, input, options).join('\n')}\n\n`;
  }
  if (input.problems.length > 0) yield `${problemLines(input.problems, options).join('\n')}\n\n`;
  for (const { path, edits } of input.fixed) yield `Mended ${printable(path)}: ${count(edits, 'edit')}.\n`;
  for (const line of wrapText(summary(input), options.width, '  ')) yield `${options.paint('bold', line)}\n`;
}

function judgedLines(one: Judged, { rules }: LintReportInput, options: LintTextOptions): readonly string[] {
  const document = one.document === undefined ? '' : ` ${one.document}`;
  const head = `${one.path === '-' ? 'Standard input' : one.path}${document} (${one.kind})`;
  return [
    options.paint('bold', printable(head)),
    ...one.reasons.flatMap((reason) => {
      const ids = rules.get(reason.rule)?.elsewhere ?? [];
      const known = ids
        .filter(({ standard }) => standard === 'hadolint' || standard === 'shellcheck' || standard === 'pss')
        .map(({ id }) => id);
      return reasonLines(reason, known, options);
    }),
    ...problemLines(one.problems, options),
  ];
}

const INDENT = '      ';

function reasonLines(reason: Reason, known: readonly string[], { width, paint }: LintTextOptions): readonly string[] {
  const { rule, severity, sentence, fix, positions, evidence } = reason;
  const [best] = positions;
  const place = best === undefined ? '' : `${placeOf(best)}  `;
  const ids = [rule, ...known].join(' ');
  const wrapped = (text: string) => wrapText(`${INDENT}${printable(text)}`, width, INDENT);
  return [
    `  ${paint('dim', printable(place))}${paint(SEVERITY_STYLE[severity], severity)}  ${ids}`,
    ...wrapped(sentence),
    ...(evidence === undefined ? [] : wrapped(`Seen: ${evidence}`)),
    ...(fix === undefined ? [] : wrapped(`Fix: ${fix}`)),
  ];
}

function placeOf(position: Position): string {
  switch (position.kind) {
    case 'file':
      return `${position.line}:${position.column}`;
    case 'layer':
      return `layer ${position.layer}${position.path === undefined ? '' : ` ${position.path}`}`;
    case 'workload':
      return `${position.workload}${position.field === undefined ? '' : ` ${position.field}`}`;
  }
}

function problemLines(problems: readonly Problem[], { width }: LintTextOptions): readonly string[] {
  return problems.flatMap(({ code, message, path, hint }) => {
    const where = path === undefined || message.includes(path) || path === '-' ? '' : ` (${path})`;
    return [
      ...wrapText(`  problem  ${printable(`${message}${where}`)} [${code}]`, width, INDENT),
      ...(hint === undefined ? [] : wrapText(`${INDENT}${printable(hint)}`, width, INDENT)),
    ];
  });
}

function summary({ judged, files, passedOver, problems }: LintReportInput): string {
  const reasons = judged.flatMap((one) => one.reasons);
  const parts = SEVERITIES.map((level) => ({ level, of: reasons.filter(({ severity }) => severity === level).length }))
    .filter(({ of }) => of > 0)
    .map(({ level, of }) => `${of} ${level}`);
  const unread = judged.reduce((sum, one) => sum + one.problems.length, problems.length);
  const but = [
    unread === 0 ? '' : `${count(unread, 'problem')}: not all could be judged`,
    passedOver === 0 ? '' : `${count(passedOver, 'file')} of no known kind passed over`,
  ].filter((part) => part !== '');
  const rest = but.length === 0 ? '' : ` (${but.join('; ')})`;
  if (files === 0) return `Nothing was judged${rest}.`;
  const among = judgedWords(judged, files);
  if (reasons.length === 0) return `No findings in ${among}${rest}.`;
  return `${count(reasons.length, 'finding')} in ${among}: ${parts.join(', ')}${rest}.`;
}

/** Histories of images are among what was judged. */
function judgedWords(judged: readonly Judged[], files: number): string {
  const images = judged.filter(({ kind }) => kind === 'image').length;
  const words = [
    ...(images === 0 ? [] : [count(images, 'image')]),
    ...(files > images ? [count(files - images, 'file')] : []),
  ];
  return words.join(' and ');
}
