import type { PolicyExplained, PolicyReplay, PolicyTested } from '#api/policy-report.ts';
import { type Column, columns, printable, wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';
import type { Paint } from '#report/paint.ts';

interface Terminal {
  readonly width: number;
  readonly paint: Paint;
}

const MODE_WORDS = { enforce: 'denies', warn: 'warns', off: 'is off' } as const;
const UNKNOWN_WORDS = {
  deny: 'What is unknown is not let through.',
  warn: 'What is unknown is not allowed: a check ends with 4, a gate warns.',
  allow: 'What is unknown holds nothing up.',
} as const;

/** A policy in words. */
export function explainLines(policy: PolicyExplained, { width, paint }: Terminal): readonly string[] {
  const wrapped = (text: string, indent: string) => wrapText(`${indent}${printable(text)}`, width, `${indent}  `);
  const { images, environments, kinds } = policy.match;
  const forWhat = [
    kinds.length === 0 ? '' : kinds.join(', '),
    images.length === 0 ? '' : `images ${images.join(', ')}`,
    environments.length === 0 ? '' : `in ${environments.join(', ')}`,
  ].filter((part) => part !== '');
  return [
    paint('bold', printable(policy.name)),
    ...(policy.description === null ? [] : wrapped(policy.description, '')),
    ...wrapped(`It ${MODE_WORDS[policy.mode]}. ${UNKNOWN_WORDS[policy.whenUnknown]}`, ''),
    ...wrapped(`For: ${forWhat.length === 0 ? 'everything' : forWhat.join('; ')}.`, ''),
    ...policy.rules.flatMap(({ rule, mode, title, why, implied, parameters }) => [
      '',
      `${paint('bold', rule)} (${MODE_WORDS[mode]}${implied ? '; comes with rules over findings' : ''})`,
      ...wrapped(`${title}. ${why}`, '  '),
      ...parameters.flatMap(({ name, value, meaning }) => wrapped(`${name}: ${value}  ${meaning}`, '    ')),
    ]),
    ...(policy.cel === null ? [] : celLines(policy.cel, wrapped, paint)),
  ];
}

function celLines(
  { failurePolicy, matchConditions, validations }: NonNullable<PolicyExplained['cel']>,
  wrapped: (text: string, indent: string) => readonly string[],
  paint: Paint,
): readonly string[] {
  const fails = failurePolicy === 'Fail' ? 'does not hold' : 'only warns';
  return [
    '',
    paint('bold', 'CEL'),
    ...wrapped(`What cannot be evaluated ${fails}.`, '  '),
    ...matchConditions.flatMap(({ name, expression }) => wrapped(`Only where ${name}: ${expression}`, '  ')),
    ...validations.flatMap(({ expression, message }) => [
      ...wrapped(expression, '  '),
      ...(message === undefined ? [] : wrapped(message, '    ')),
    ]),
  ];
}

/** Results of cases: those that failed with what differs, then the sums. */
export function testedLines({ cases, passed, failed }: PolicyTested, { width, paint }: Terminal): readonly string[] {
  return [
    ...cases.flatMap(({ file, name, passed: good, faults }) => [
      `${good ? paint('green', 'pass') : paint('red', 'FAIL')}  ${printable(`${file}: ${name}`)}`,
      ...faults.flatMap((fault) => wrapText(`      ${printable(fault)}`, width, '        ')),
    ]),
    paint('bold', `${count(passed + failed, 'case')}: ${passed} passed, ${failed} failed.`),
  ];
}

const HEADS: readonly Column[] = [
  { title: 'AT', maxWidth: 9 },
  { title: 'WHEN', maxWidth: 16, minWidth: 10 },
  { title: 'IMAGE', maxWidth: 40, minWidth: 16, keep: 'path' },
  { title: 'THEN', maxWidth: 7 },
  { title: 'NOW', maxWidth: 7 },
  { title: 'WHY', maxWidth: 70, minWidth: 20 },
];
const MOST_ROWS = 30;

/** What other policies would have decided: the sums first. */
export function replayLines(report: PolicyReplay, { width, paint }: Terminal): readonly string[] {
  const { policies, since, judged, unread, steps, rules, changed, notListed } = report;
  const different = changed.length + notListed;
  const head = `${policies.join(', ')} over ${count(judged, 'recorded verdict')} since ${since.slice(0, 10)}: ${
    different === 0 ? 'nothing would change' : `${different} would change`
  }.`;
  const lines = wrapText(paint('bold', head), width + 10, '  ').slice();
  const order = [...steps].sort((a, b) => b.verdicts - a.verdicts);
  lines.push(
    ...order.map(
      ({ from, to, verdicts }) => `  ${from === to ? `${from}, as it was` : `${from} would be ${to}`}: ${verdicts}`,
    ),
  );
  if (unread > 0) {
    const text = `${count(unread, 'verdict')} cannot be judged again: what they were over is gone, damaged, or of a newer program.`;
    lines.push(...wrapText(`  ${text}`, width, '    '));
  }
  if (rules.length > 0) {
    lines.push('', paint('bold', 'Rules that speak'));
    for (const { rule, policy, verdicts, newly } of rules)
      lines.push(`  ${printable(`${rule} (${policy})`)}: ${verdicts}${newly > 0 ? `, ${newly} of them changes` : ''}`);
  }
  if (changed.length > 0) {
    const rows = changed
      .slice(0, MOST_ROWS)
      .map(({ position, at, reference, from, to, reasons, moreReasons }) => [
        String(position),
        at.slice(0, 16).replace('T', ' '),
        reference,
        from,
        to,
        `${reasons[0]?.sentence ?? 'all holds'}${reasons.length - 1 + moreReasons > 0 ? ` (+${reasons.length - 1 + moreReasons})` : ''}`,
      ]);
    const table = columns(HEADS, rows, width, (text, row) => (row < 0 ? paint('bold', text) : text));
    lines.push('', ...table);
    if (different > MOST_ROWS) lines.push(`and ${different - MOST_ROWS} more: --format json`);
  }
  return lines;
}
