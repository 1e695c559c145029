import type { VolumeDoctorReport } from '#api/volume-doctor-report.ts';
import type { Terminal } from '#cli/terminal.ts';
import { problemLines } from '#cli/volume/problem-lines.ts';
import { type Column, columns, printable, wrapText } from '#report/columns.ts';
import { count } from '#report/next-steps.ts';
import { SEVERITY_STYLE } from '#report/paint.ts';

const HEADS: readonly Column[] = [
  { title: '#', maxWidth: 4 },
  { title: 'SEVERITY', maxWidth: 8 },
  { title: 'CONTAINER', maxWidth: 26, minWidth: 12 },
  { title: 'PATH', maxWidth: 34, minWidth: 14, keep: 'path' },
  { title: 'WHAT', maxWidth: 42, minWidth: 24 },
];
/** Fixes that are printed; the table lists all findings. */
const MOST_FIXES = 20;

/** The findings as a table, then each with what was seen and what to do; at most as wide as the terminal. */
export function doctorLines(report: VolumeDoctorReport, { width, paint }: Terminal): readonly string[] {
  const { findings, containers, volumes, coverage, problems } = report;
  const looked = `${count(containers, 'container')} and ${count(volumes, 'volume')}`;
  const unknown = coverage
    .filter(({ state, subject }) => state !== 'covered' && !(subject === 'snapshots' && state === 'not-collected'))
    .flatMap(({ subject, reason }) => wrapText(`Not all was looked at, ${subject}: ${reason}`, width, '  '));
  const rest = [...unknown, ...problemLines(problems, width)];
  if (findings.length === 0) {
    const nothing = containers === 0 ? 'There are no containers.' : `Nothing found in ${looked}.`;
    return [nothing, ...rest];
  }
  const rows = findings.map(({ severity, container, path, title }, index) => [
    String(index + 1),
    severity,
    container ?? '-',
    path,
    title,
  ]);
  const table = columns(HEADS, rows, width, (text, row, column) => {
    if (row < 0) return paint('bold', text);
    const severity = findings[row]?.severity;
    return column === 1 && severity !== undefined ? paint(SEVERITY_STYLE[severity], text) : text;
  });
  const fixes = findings.slice(0, MOST_FIXES).flatMap(({ container, path, evidence, fix }, index) => [
    '',
    paint('bold', printable(`${index + 1}. ${container === null ? '' : `${container} `}${path}`)),
    ...wrapText(`   ${printable(evidence)}`, width, '   '),
    ...fix.split('\n').flatMap((line) => {
      const shown = `     ${printable(line)}`;
      return line.startsWith('#') ? wrapText(shown, width, '     #   ') : [shown];
    }),
  ]);
  const left = findings.length - MOST_FIXES;
  return [
    ...table,
    ...fixes,
    ...(left > 0 ? ['', `The fixes of ${left} more are in --format json.`] : []),
    '',
    paint('bold', `${count(findings.length, 'finding')} in ${looked}.`),
    ...rest,
  ];
}
