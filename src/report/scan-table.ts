import { formatPlatform } from '#core/platform.ts';
import { SEVERITIES, type Severity } from '#core/severity.ts';
import type { Finding } from '#finding/finding.ts';
import { absenceLines } from '#report/absence-lines.ts';
import { type Column, columns, cutTo, printable, wrapText } from '#report/columns.ts';
import { fileLines } from '#report/file-lines.ts';
import { count, nextSteps } from '#report/next-steps.ts';
import { type Paint, SEVERITY_STYLE } from '#report/paint.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width: number;
  readonly paint: Paint;
  /** Also what its vendor sees no security impact in. */
  readonly all: boolean;
}

/**
 * The report for people, in pieces: the advisories' worth, what it is, what to do first, findings, what was not compared,
 * one line of sums.
 */
export function* scanTable(input: ScanReportInput, options: TableOptions): Generator<string> {
  const { findings } = input.findings;
  const shown = options.all ? findings : findings.filter(({ severity }) => severity.level !== 'negligible');
  const hidden = findings.length - shown.length;
  yield* sectionsOf([
    [...advisoriesLines(input), ...titleLines(input, options)],
    stepLines(shown, input, options),
    findingLines(shown, input, options),
    hidden > 0 ? [`${count(hidden, 'finding')} without security impact (by the vendor's word) not shown: --all`] : [],
    coverageLines(input, options),
    absenceLines(input.findings.absences, options.width, options.paint),
    problemLines(input, options),
    input.executables === undefined ? [] : fileLines(input.executables, options.width, options.paint),
    wrapText(summary(findings, input), options.width, '  ').map((line) => options.paint('bold', line)),
  ]);
}

const LINES_A_PIECE = 1000;

/** Sections that have lines, with an empty line between. */
function* sectionsOf(sections: readonly Iterable<string>[]): Generator<string> {
  let before = '';
  let piece: string[] = [];
  for (const section of sections) {
    let empty = true;
    for (const line of section) {
      piece.push(empty ? `${before}${line}\n` : `${line}\n`);
      empty = false;
      if (piece.length < LINES_A_PIECE) continue;
      yield piece.join('');
      piece = [];
    }
    if (!empty) before = '\n';
  }
  yield piece.join('');
}

function advisoriesLines({ advisories }: ScanReportInput): readonly string[] {
  if (advisories === undefined) return ['No advisories: nothing was compared. Get them with: holdfast db update'];
  if (advisories.kind === 'starter') {
    return [
      `Compared with the built-in STARTER SET only (${advisories.records} records of well-known flaws).`,
      'Get the whole with: holdfast db update',
      '',
    ];
  }
  return [];
}

/** Which advisories spoke, so that a table which is kept tells later what it knew. */
function advisoriesDate({ advisories }: ScanReportInput): string {
  if (advisories === undefined || advisories.kind === 'starter') return '';
  return `Advisories of ${advisories.builtAt.slice(0, 10)}: ${count(advisories.records, 'record')}`;
}

const PROOF = {
  digests: 'digests verified',
  engine: 'read in place, trusting the engine (--verify to hash)',
  none: 'NOT VERIFIED',
  'not-applicable': '',
} as const;

function titleLines(input: ScanReportInput, { paint, width }: TableOptions) {
  const { description, inventory, layers, leftOut, containers } = input;
  const { kind, reference, platform, verified } = description;
  const facts = [kind, platform && formatPlatform(platform), PROOF[verified]].filter((fact) => fact).join(', ');
  const types = new Map<string, number>();
  for (const { type } of inventory.packages) types.set(type, (types.get(type) ?? 0) + 1);
  const packages = [...types].map(([type, number]) => `${number} ${type}`).join(', ');
  const base = inventory.base.layers > 0 ? `, ${inventory.base.layers} of the base image` : '';
  const lines = [
    `${paint('bold', cutTo(printable(reference), Math.max(20, width - facts.length - 3)))} (${facts})`,
    ...wrapText(
      [
        printable(inventory.os?.name ?? 'Unknown operating system'),
        packages === '' ? 'no packages found' : `packages: ${packages}`,
        layers === undefined ? '' : `${count(layers, 'layer')}${base}`,
      ]
        .filter((part) => part !== '')
        .join(' · '),
      width,
      '  ',
    ),
  ];
  const add = (text: string) => lines.push(...wrapText(text, width, '  '));
  if (inventory.base.name !== undefined) add(`Base image: ${printable(inventory.base.name)}`);
  if (containers !== undefined) add(`Runs as: ${containers.map(({ name }) => printable(name)).join(', ')}`);
  const dated = advisoriesDate(input);
  if (dated !== '') add(dated);
  if (leftOut.length > 0) add(`Left out: ${leftOut.map(printable).join(', ')}`);
  return lines;
}

function stepLines(
  findings: readonly Finding[],
  { inventory }: ScanReportInput,
  { paint, width }: TableOptions,
): readonly string[] {
  const steps = nextSteps(findings, inventory.base.name);
  if (steps.length === 0) return [];
  return [
    paint('bold', 'Do first'),
    ...steps.flatMap(({ sentence }, index) => wrapText(`  ${index + 1}. ${printable(sentence)}`, width, '     ')),
  ];
}

const HEADS: readonly Column[] = [
  { title: 'SEVERITY', maxWidth: 12 },
  { title: 'ID', maxWidth: 19 },
  { title: 'PACKAGE', maxWidth: 30, minWidth: 9 },
  { title: 'INSTALLED', maxWidth: 24, minWidth: 9 },
  { title: 'FIXED IN', maxWidth: 24, minWidth: 8 },
  { title: 'WHERE', maxWidth: 60, minWidth: 16, keep: 'path' },
];

function findingLines(
  findings: readonly Finding[],
  { layers }: ScanReportInput,
  { paint, width }: TableOptions,
): readonly string[] {
  if (findings.length === 0) return [];
  const rows = findings.map((finding) => {
    const { package: found, severity, exploitation, fixedVersions, fixState } = finding;
    const known = exploitation?.knownExploitedSince === undefined ? '' : ' (KEV)';
    return [
      `${severity.level}${known}`,
      finding.id,
      found.name,
      found.version,
      fixedVersions.length > 0 ? fixedVersions.join(', ') : noFix(fixState),
      whereOf(finding, layers !== undefined),
    ];
  });
  return columns(HEADS, rows, width, (text, row, column) => {
    if (row < 0) return paint('bold', text);
    const finding = findings[row];
    return column === 0 && finding !== undefined ? paint(SEVERITY_STYLE[finding.severity.level], text) : text;
  });
}

function noFix(state: Finding['fixState']): string {
  switch (state) {
    case 'ignored':
      return 'will not fix';
    case 'postponed':
      return 'fix postponed';
    case 'end-of-life':
      return 'end of life';
    case 'no-dsa':
      return 'no fix (minor)';
    default:
      return 'no fix yet';
  }
}

function whereOf({ package: { owner, layer, locations, type } }: Finding, layered: boolean): string {
  const language = type === 'deb' || type === 'apk' || type === 'rpm' ? undefined : locations[0];
  const place = layer === undefined || !layered ? '' : `${owner ?? 'layer'} #${layer.index}`;
  const more = locations.length > 1 ? ` (+${locations.length - 1})` : '';
  return [place, language === undefined ? '' : `/${installedIn(language)}${more}`]
    .filter((part) => part !== '')
    .join(' ');
}

/** What tells copies of a package apart: the directory that it is installed in, without what its name says already. */
function installedIn(location: string): string {
  return location.replace(
    /(?:(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json|\/[^/]+\.(?:dist-info\/METADATA|egg-info(?:\/PKG-INFO)?)|\/package\.json)$/,
    '',
  );
}

function coverageLines({ findings }: ScanReportInput, { paint, width }: TableOptions): readonly string[] {
  const missing = findings.coverage.filter(({ state }) => state !== 'covered' && state !== 'not-affected');
  if (missing.length === 0) return [];
  return [
    paint('bold', 'Not compared'),
    ...missing.flatMap(({ subject, packages, reason }) =>
      wrapText(`  ${printable(subject)}, ${count(packages, 'package')}: ${printable(reason)}`, width, '    '),
    ),
  ];
}

const MOST_PROBLEMS = 10;
const MOST_PROBLEM_CHARACTERS = 400;

function problemLines({ inventory: { problems } }: ScanReportInput, { paint, width }: TableOptions): readonly string[] {
  if (problems.length === 0) return [];
  const shown = problems.slice(0, MOST_PROBLEMS).flatMap(({ code, message, path }) => {
    const where = path === undefined || message.includes(path) ? '' : ` (${printable(path)})`;
    return wrapText(cutTo(`  ${code}: ${printable(message)}${where}`, MOST_PROBLEM_CHARACTERS), width, '    ');
  });
  const more = problems.length > MOST_PROBLEMS ? [`  and ${problems.length - MOST_PROBLEMS} more: --format json`] : [];
  return [paint('bold', 'Problems: what could not be read is not known to be clean'), ...shown, ...more];
}

function summary(findings: readonly Finding[], { inventory, findings: { coverage } }: ScanReportInput): string {
  const uncompared = coverage
    .filter(({ state }) => state !== 'covered' && state !== 'not-affected')
    .reduce((sum, { packages }) => sum + packages, 0);
  const but = [
    uncompared > 0 ? `${count(uncompared, 'package')} not or only partly compared` : '',
    inventory.problems.length > 0 ? `${count(inventory.problems.length, 'problem')} while reading` : '',
  ].filter((part) => part !== '');
  const silence = but.length === 0 ? '' : ` (${but.join(', ')})`;
  if (inventory.packages.length === 0)
    return `Nothing is known: no package was recognised, so nothing was compared${silence}.`;
  if (findings.length === 0) {
    return `No findings in ${count(inventory.packages.length, 'package')}${silence}.`;
  }
  const bySeverity = new Map<Severity, number>();
  for (const { severity } of findings) bySeverity.set(severity.level, (bySeverity.get(severity.level) ?? 0) + 1);
  const parts = SEVERITIES.filter((level) => bySeverity.has(level)).map((level) => `${bySeverity.get(level)} ${level}`);
  const fixable = findings.filter(({ fixedVersions }) => fixedVersions.length > 0).length;
  const known = findings.filter(({ exploitation }) => exploitation?.knownExploitedSince !== undefined).length;
  const exploited = known > 0 ? `, ${known} known to be exploited` : '';
  return `${count(findings.length, 'finding')}: ${parts.join(', ')}; ${fixable} with a fix${exploited}${silence}.`;
}
