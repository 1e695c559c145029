import type { DoctorReport } from '#api/doctor-report.ts';
import { compareSeverity, type Severity } from '#core/severity.ts';
import { type Column, columns, printable, wrapText } from '#report/columns.ts';
import { isWhole, worstWords } from '#report/doctor-words.ts';
import { count } from '#report/next-steps.ts';
import { type Paint, SEVERITY_STYLE } from '#report/paint.ts';

export interface DoctorTextOptions {
  /** Columns. */
  readonly width: number;
  readonly paint: Paint;
  /** Also what is of little importance. */
  readonly all: boolean;
}

/** How much of each part is told; the rest is in the other formats. */
const MOST_ROWS = 20;
const MOST_REASONS = 5;

/** The report for people: what to do tonight first, then the four parts, then what was not looked at. */
export function doctorText(report: DoctorReport, options: DoctorTextOptions): readonly string[] {
  const parts = [
    headLines(report, options),
    tonightLines(report, options),
    imageLines(report, options),
    dataLines(report, options),
    containerLines(report, options),
    hostLines(report, options),
    missingLines(report, options),
  ];
  return parts.filter((part) => part.length > 0).flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

function headLines(
  { engine, images, containers, data, advisories, createdAt }: DoctorReport,
  options: DoctorTextOptions,
) {
  const { width, paint } = options;
  const where =
    engine.state === 'collected'
      ? `${engine.product} ${engine.version} at ${engine.address}: ${count(containers.length, 'container')} of ${count(images.length, 'image')}, ${count(data.volumes, 'volume')}`
      : `no engine: ${engine.why}`;
  const compared =
    advisories.kind === 'starter'
      ? [
          `Compared with the built-in STARTER SET only (${advisories.records} records of well-known flaws). Get the whole with: holdfast db update`,
        ]
      : [`Compared with advisories of ${advisories.builtAt.slice(0, 10)}: ${count(advisories.records, 'record')}.`];
  return [
    ...wrapText(`${paint('bold', 'Holdfast doctor')}, ${createdAt.slice(0, 10)} · ${printable(where)}`, width, '  '),
    ...compared.flatMap((one) => wrapText(one, width, '  ')),
    ...(engine.state === 'collected'
      ? []
      : wrapText('Without an engine, this machine itself was looked at: its packages and its settings.', width, '  ')),
  ];
}

function tonightLines(report: DoctorReport, { width, paint }: DoctorTextOptions): readonly string[] {
  const { tonight, host } = report;
  if (tonight.length === 0) {
    const whole = isWhole(report) && host.unknown === 0;
    return [
      paint(
        'bold',
        whole
          ? 'Nothing has to be done tonight.'
          : 'Nothing was found that has to be done tonight; not all was looked at.',
      ),
    ];
  }
  return [
    paint(
      'bold',
      tonight.length === 1 ? 'TO DO TONIGHT' : `${NUMBERS[tonight.length] ?? tonight.length} THINGS TO DO TONIGHT`,
    ),
    ...tonight.flatMap(({ severity, title, why, commands }, index) => [
      ...(index === 0 ? [] : ['']),
      ...wrapText(`${index + 1}. ${paint(SEVERITY_STYLE[severity], severity)}  ${printable(title)}`, width, '   '),
      ...wrapText(`   ${printable(why)}`, width, '   '),
      ...commands.flatMap((one) => commandLines(one, width)),
    ]),
  ];
}

const NUMBERS: Readonly<Record<number, string>> = { 2: 'TWO', 3: 'THREE' };

/** Commands stay whole, so that they can be pasted; comments are wrapped. */
function commandLines(command: string, width: number): readonly string[] {
  const shown = `     ${printable(command)}`;
  return command.startsWith('#') ? wrapText(shown, width, '     # ') : [shown];
}

const IMAGE_HEADS: readonly Column[] = [
  { title: '#', maxWidth: 3 },
  { title: 'DANGER', maxWidth: 10 },
  { title: 'IMAGE', maxWidth: 40, minWidth: 16, keep: 'path' },
  { title: 'RUNS AS', maxWidth: 26, minWidth: 10 },
  { title: 'KEV', maxWidth: 4 },
  { title: 'CRIT', maxWidth: 4 },
  { title: 'HIGH', maxWidth: 4 },
  { title: 'FIX', maxWidth: 4 },
];

function imageLines(
  { images, engine, advisories }: DoctorReport,
  { width, paint, all }: DoctorTextOptions,
): readonly string[] {
  if (images.length === 0) return [];
  const shown = all ? images : images.slice(0, MOST_ROWS);
  const rows = shown.map(({ severity, reference, containers, findings, knownExploited, fixable }, index) => [
    String(index + 1),
    severity,
    reference,
    containers.map(({ name }) => name).join(', '),
    ...[knownExploited, findings['critical'] ?? 0, findings['high'] ?? 0, fixable].map(String),
  ]);
  const table = columns(IMAGE_HEADS, rows, width, (text, row, column) => {
    if (row < 0) return paint('bold', text);
    const severity = shown[row]?.severity;
    return column === 1 && severity !== undefined ? paint(SEVERITY_STYLE[severity], text) : text;
  });
  const why = shown.flatMap(({ dangers, steps, top, packages, compared, problems }, index) => {
    const open = [
      packages === 0 ? 'no packages found, so nothing was compared' : '',
      // Of the starter set the head says that it is not all.
      advisories.kind !== 'starter' && compared < packages
        ? `${packages - compared} of ${count(packages, 'package')} not compared`
        : '',
      problems > 0 ? `${count(problems, 'problem')} while it was read` : '',
    ].filter((part) => part !== '');
    const said = [...dangers, ...open].join('; ');
    const [step] = steps;
    const [worst] = top;
    return [
      ...(said === '' ? [] : wrapText(`${String(index + 1).padStart(2)}. ${printable(said)}`, width, '    ')),
      ...(worst === undefined ? [] : wrapText(`    worst: ${printable(worstWords(worst))}`, width, '      ')),
      ...(step === undefined
        ? []
        : wrapText(`    ${paint('green', 'fix')} ${printable(step.sentence)}`, width, '        ')),
    ];
  });
  const left = images.length - shown.length;
  return [
    paint('bold', engine.state === 'collected' ? 'WHAT AN ATTACKER CAN USE' : 'THIS MACHINE'),
    ...table,
    ...(why.length === 0 ? [] : ['', ...why]),
    ...(left > 0 ? [`and ${left} more: --all`] : []),
  ];
}

const DATA_HEADS: readonly Column[] = [
  { title: 'SEVERITY', maxWidth: 8 },
  { title: 'CONTAINER', maxWidth: 26, minWidth: 12 },
  { title: 'PATH', maxWidth: 34, minWidth: 14, keep: 'path' },
  { title: 'WHAT', maxWidth: 42, minWidth: 24 },
];

function dataLines({ data }: DoctorReport, { width, paint, all }: DoctorTextOptions): readonly string[] {
  const { findings, unkept } = data;
  if (findings.length === 0 && unkept.length === 0) return [];
  const shown = all ? findings : findings.slice(0, MOST_ROWS);
  const rows = shown.map(({ severity, container, path, title }) => [severity, container ?? '-', path, title]);
  const names = unkept.map(({ volume }) => volume);
  const most = all ? names.length : MOST_ROWS;
  const without = `${count(names.length, 'volume')} with data, and no snapshot on the record: ${names.slice(0, most).join(', ')}${names.length > most ? ' …' : ''}`;
  return [
    paint('bold', 'DATA THAT WOULD BE LOST'),
    ...(rows.length === 0
      ? []
      : columns(DATA_HEADS, rows, width, (text, row, column) => {
          if (row < 0) return paint('bold', text);
          const severity = shown[row]?.severity;
          return column === 0 && severity !== undefined ? paint(SEVERITY_STYLE[severity], text) : text;
        })),
    ...(findings.length > shown.length ? [`and ${findings.length - shown.length} more: --all`] : []),
    ...(findings.length === 0 ? [] : ['Each with its fix: holdfast volume doctor']),
    ...(names.length === 0 ? [] : wrapText(printable(without), width, '  ')),
  ];
}

/** What is shown without `--all`. */
function matters(severity: Severity): boolean {
  return compareSeverity(severity, 'medium') <= 0;
}

function containerLines({ containers }: DoctorReport, { width, paint, all }: DoctorTextOptions): readonly string[] {
  const rows = containers
    .map(({ name, reasons }) => ({ name, reasons: reasons.filter(({ severity }) => all || matters(severity)) }))
    .filter(({ reasons }) => reasons.length > 0);
  if (rows.length === 0) return [];
  const shown = all ? rows : rows.slice(0, MOST_ROWS);
  const hidden = containers.reduce((sum, { reasons }) => sum + reasons.length, 0);
  const told = shown.flatMap(({ name, reasons }) => {
    const first = all ? reasons : reasons.slice(0, MOST_REASONS);
    return [
      printable(name),
      ...first.flatMap(({ severity, sentence }) =>
        wrapText(
          `  ${paint(SEVERITY_STYLE[severity], severity.padEnd(9))}${printable(sentence)}`,
          width,
          '           ',
        ),
      ),
      ...(reasons.length > first.length ? [`           and ${reasons.length - first.length} more`] : []),
    ];
  });
  return [
    paint('bold', 'HOW CONTAINERS ARE RUN'),
    ...told,
    ...(all ? [] : [`All ${count(hidden, 'remark')}, with fixes: holdfast doctor --all, or --format json`]),
  ];
}

function hostLines({ host }: DoctorReport, { width, paint, all }: DoctorTextOptions): readonly string[] {
  const failed = host.failed.filter(({ severity }) => all || matters(severity));
  const sums = [
    `${host.failed.length} of ${host.failed.length + host.passed} checks of the host fail`,
    host.unknown > 0 ? `${host.unknown} could not be looked at` : '',
    host.manual > 0 ? `${host.manual} only a person can answer` : '',
  ].filter((part) => part !== '');
  return [
    paint('bold', 'THE HOST'),
    ...failed.flatMap(({ severity, cis, sentence }) =>
      wrapText(
        `  ${paint(SEVERITY_STYLE[severity], severity.padEnd(9))}${cis.padEnd(6)} ${printable(sentence)}`,
        width,
        '                  ',
      ),
    ),
    ...wrapText(`${sums.join(', ')}. Each with its fix: holdfast lint host:`, width, '  '),
  ];
}

function missingLines({ looked, problems }: DoctorReport, { width, paint, all }: DoctorTextOptions): readonly string[] {
  const missing = looked.filter(({ state }) => state !== 'covered');
  const subjects = (reason: string) => missing.filter((one) => one.reason === reason).map(({ subject }) => subject);
  const reasons = [...new Set(missing.map(({ reason }) => reason))];
  const shown = all ? problems : problems.slice(0, MOST_REASONS);
  if (missing.length === 0 && problems.length === 0) return [];
  return [
    paint('bold', 'NOT LOOKED AT'),
    ...reasons.flatMap((reason) => wrapText(`  ${subjects(reason).join(', ')}: ${printable(reason)}`, width, '    ')),
    ...shown.flatMap(({ message, path }) =>
      wrapText(`  ${path === undefined ? '' : `${printable(path)}: `}${printable(message)}`, width, '    '),
    ),
    ...(problems.length > shown.length ? [`  and ${problems.length - shown.length} more: --all`] : []),
  ];
}
