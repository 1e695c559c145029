import { formatPlatform } from '#core/platform.ts';
import type { Position } from '#core/position.ts';
import { SEVERITIES } from '#core/severity.ts';
import { missingOf, type PolicyReason, reasonsOf, type Verdict } from '#policy/verdict.ts';
import { untilWords } from '#policy/waiver/expiry.ts';
import type { CheckReportInput } from '#report/check-report-input.ts';
import { checkSteps } from '#report/check-steps.ts';
import { cutTo, printable, wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';
import { type Paint, SEVERITY_STYLE } from '#report/paint.ts';

export interface CheckTextOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
}

const MOST_OF_A_RULE = 10;
const MOST_WARNINGS_OF_A_RULE = 3;
const MOST_LINES = 10;

/** The verdict for people: first the decision, then why, what else, what to do, what was waived. */
export function checkText(input: CheckReportInput, options: CheckTextOptions): string {
  const { verdict } = input;
  const { paint, width } = options;
  const sections = [
    headLines(input, options),
    section('Why', groups(reasonsOf(verdict), MOST_OF_A_RULE, input, options), paint),
    section(
      'Not known',
      bounded(
        missingOf(verdict).map(({ sentence, policy, rule }) =>
          wrapText(`  ${printable(policy === '-' ? sentence : `${rule} (${policy}): ${sentence}`)}`, width, '    '),
        ),
      ),
      paint,
    ),
    section('Warnings', groups(verdict.warnings, MOST_WARNINGS_OF_A_RULE, input, options), paint),
    section(
      'What to do',
      checkSteps(input).flatMap((step, index) => wrapText(`  ${index + 1}. ${printable(step)}`, width, '     ')),
      paint,
    ),
    section('Waived', bounded(waivedLines(verdict, width)), paint),
    section('Notes', bounded(verdict.notes.map((note) => wrapText(`  ${printable(note)}`, width, '    '))), paint),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.length === 0 ? [] : [paint('bold', title), ...lines];
}

const STYLE = { allow: ['bold', 'green'], deny: ['bold', 'red'], unknown: ['bold', 'yellow'] } as const;

function headLines({ report, verdict, recorded }: CheckReportInput, { width, paint }: CheckTextOptions) {
  const { kind, reference, platform } = report.description;
  const facts = ` (${[kind, platform && formatPlatform(platform)].filter((fact) => fact).join(', ')})`;
  const word = verdict.decision.toUpperCase();
  const name = cutTo(printable(reference), Math.max(20, width - word.length - 2 - facts.length));
  const sums = [
    verdict.decision === 'deny' ? count(verdict.reasons.length, 'reason') : '',
    missingOf(verdict).length > 0 ? `${missingOf(verdict).length} not known` : '',
    verdict.warnings.length > 0 ? count(verdict.warnings.length, 'warning') : '',
    verdict.waived.length > 0 ? `${verdict.waived.length} waived` : '',
  ].filter((part) => part !== '');
  const names = verdict.policies.map((policy) => (policy.mode === 'warn' ? `${policy.name} (warns)` : policy.name));
  const by = `By ${names.length === 0 ? 'no policy' : names.join(', ')}: ${sums.length === 0 ? 'all holds' : sums.join(', ')}.`;
  const lines = [
    `${paint([...STYLE[verdict.decision]], word)}  ${paint('bold', name)}${facts}`,
    ...wrapText(by, width, '  '),
  ];
  if (report.containers !== undefined)
    lines.push(...wrapText(`Runs as: ${report.containers.map((one) => printable(one.name)).join(', ')}`, width, '  '));
  if (verdict.decision === 'unknown' && verdict.whenUnknown === 'allow') {
    lines.push(
      ...wrapText('What is unknown holds nothing up: its policy only warns, or says whenUnknown: allow.', width, '  '),
    );
  }
  if (recorded !== undefined) lines.push(`Recorded at position ${recorded.position}.`);
  if (report.advisories?.kind === 'starter') {
    lines.push(
      ...wrapText('Compared with the built-in STARTER SET only. Get the whole with: holdfast db update', width, '  '),
    );
  }
  return lines;
}

/** A paragraph a rule, in the order in which they spoke; the worst of each first. */
function groups(
  reasons: readonly PolicyReason[],
  most: number,
  { report }: CheckReportInput,
  options: CheckTextOptions,
): readonly string[] {
  const byRule = new Map<string, PolicyReason[]>();
  for (const reason of reasons) {
    const key = `${reason.rule} (${reason.policy})`;
    const others = byRule.get(key);
    if (others === undefined) byRule.set(key, [reason]);
    else others.push(reason);
  }
  return [...byRule].flatMap(([rule, all]) => {
    const sorted = all.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
    const lines = sorted.slice(0, most).flatMap((reason) => reasonLines(reason, report.layers !== undefined, options));
    const more = all.length > most ? [`    and ${all.length - most} more: --format json`] : [];
    return [`  ${printable(rule)}${all.length > 1 ? `: ${all.length}` : ''}`, ...lines, ...more];
  });
}

function reasonLines(reason: PolicyReason, layered: boolean, { width, paint }: CheckTextOptions): readonly string[] {
  const { severity, sentence, positions, evidence } = reason;
  const level = severity === 'unknown' ? '' : `${severity}  `;
  const place = positions[0] === undefined ? '' : placeOf(positions[0], layered);
  const text = `    ${level}${printable(sentence)}${place === '' ? '' : ` [${printable(place)}]`}`;
  const [first = '', ...rest] = wrapText(text, width, '      ');
  const seen = evidence === undefined ? [] : wrapText(`      Seen: ${printable(evidence)}`, width, '      ');
  const painted = level === '' ? first : first.replace(severity, (word) => paint(SEVERITY_STYLE[severity], word));
  return [painted, ...rest, ...seen];
}

function placeOf(position: Position, layered: boolean): string {
  switch (position.kind) {
    case 'file':
      return `${position.path}:${position.line}:${position.column}`;
    case 'layer':
      return [layered ? `layer ${position.layer}` : '', position.path ?? ''].filter((part) => part !== '').join(' ');
    case 'workload':
      return `${position.workload}${position.field === undefined ? '' : ` ${position.field}`}`;
  }
}

function waivedLines({ waived }: Verdict, width: number): readonly (readonly string[])[] {
  return waived.map(({ reason, waiver, author, because, expires }) => {
    const who = `${author}, until ${untilWords(expires)}: ${because} (${waiver})`;
    return [
      ...wrapText(`  ${printable(reason.sentence)}`, width, '    '),
      ...wrapText(`    ${printable(who)}`, width, '    '),
    ];
  });
}

function bounded(entries: readonly (readonly string[])[]): readonly string[] {
  const more = entries.length - MOST_LINES;
  return [...entries.slice(0, MOST_LINES).flat(), ...(more > 0 ? [`  and ${more} more: --format json`] : [])];
}
