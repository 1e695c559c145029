import type { DoctorReport } from '#api/doctor-report.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import { diagnose, type ToScan } from '#app/doctor/diagnose.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { type Output, parseOutputs, writeOut } from '#cli/output.ts';
import { startProgress } from '#cli/progress.ts';
import { scanTargets } from '#cli/scan-targets.ts';
import { NO_TERMINAL, terminal } from '#cli/terminal.ts';
import { isReportFormat, LINT_REPORT_FORMATS, type ReportSource, reportRun, writeReport } from '#cli/write-report.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { compareSeverity, type Severity } from '#core/severity.ts';
import { VERSION } from '#core/version.ts';
import { isWhole } from '#report/doctor-words.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

const FORMATS = ['text', 'json'] as const;
type Format = (typeof FORMATS)[number];

/** Options of `holdfast doctor`, as the command line gives them. */
export interface DoctorFlags {
  readonly engine?: string;
  readonly advisories?: string;
  readonly format: readonly string[];
  readonly failOn?: Extract<Severity, 'critical' | 'high' | 'medium'>;
  readonly all?: true;
  readonly cache: boolean;
  readonly quiet?: true;
}

/** `holdfast doctor`. @throws what is wrong with the command line or the advisories that it names */
export async function doctorCommand(flags: DoctorFlags, own: NodeJS.ProcessEnv): Promise<number> {
  const outputs = parseOutputs(flags.format, [...FORMATS, ...LINT_REPORT_FORMATS], 'text');
  const environment = flags.engine === undefined ? own : { ...own, DOCKER_HOST: flags.engine };
  const now = clock(environment);
  const progress = startProgress(flags.quiet === true);
  const report = await diagnose({
    ...{ environment, now, tool: { name: 'holdfast', version: VERSION } },
    advisories: await worthOf(flags, environment),
    step: progress.step,
    scan: (targets) => {
      progress.done();
      return scanAll(targets, flags, environment, now);
    },
  }).finally(progress.done);
  for (const { format, file } of outputs) {
    if (isReportFormat(format)) await writeReport(format, file, sourceOf(report, now));
    else await write({ format, ...(file === undefined ? {} : { file }) }, report, flags.all === true);
  }
  const { failOn } = flags;
  if (failOn === undefined) return exitCodes.done;
  if (report.tonight.some(({ severity }) => compareSeverity(severity, failOn) <= 0)) return exitCodes.deny;
  // That there are no snapshots is no lack of looking.
  const looked = report.looked.filter(({ subject }) => subject !== 'snapshots');
  return isWhole({ ...report, looked }) ? exitCodes.done : exitCodes.unknown;
}

/** What the packages are compared with. */
async function worthOf(
  { advisories }: DoctorFlags,
  environment: NodeJS.ProcessEnv,
): Promise<DoctorReport['advisories']> {
  const opened = await openDefaultAdvisories(advisories, environment);
  const { kind, builtAt, records } = opened.info;
  opened.close();
  return { kind, builtAt, records };
}

/** Images that are not read by then are said to be left out: somebody waits for what is known. */
const SCAN_LIMIT_MS = 30 * 60_000;
/** Each of these has waited for minutes. */
const MOST_LATE = 2;

/** One after the other, so that one that cannot be read does not hide the others. */
async function scanAll(
  targets: readonly ToScan[],
  flags: DoctorFlags,
  environment: NodeJS.ProcessEnv,
  now: Date,
): Promise<{ readonly reports: readonly ScanReportInput[]; readonly problems: readonly Problem[] }> {
  const reports: ScanReportInput[] = [];
  const problems: Problem[] = [];
  const detail = { files: false, explain: false, now };
  const untilMs = performance.now() + SCAN_LIMIT_MS;
  let late = 0;
  for (const target of targets) {
    if (late >= MOST_LATE || performance.now() > untilMs) {
      const why =
        late >= MOST_LATE ? 'the engine does not answer' : `the others took ${SCAN_LIMIT_MS / 60_000} minutes`;
      const message = `It was not scanned: ${why}`;
      problems.push({ code: 'DOCTOR_LATE', message, path: target.called ?? target.target });
      continue;
    }
    try {
      const scanned = await scanTargets([target], flags, detail, environment);
      reports.push(...scanned.reports);
      late = 0;
    } catch (error) {
      late = error instanceof HoldfastError && error.code === 'ENGINE_UNREACHABLE' ? late + 1 : 0;
      problems.push(problemOf(error, target.called ?? target.target));
    }
  }
  return { reports, problems };
}

function sourceOf(report: DoctorReport, now: Date): ReportSource {
  return {
    page: async () => (await import('#report/page/doctor-page.ts')).doctorPage(report),
    items: async () =>
      (await import('#report/items/item-report.ts')).doctorItemReport(report, reportRun('doctor', now)),
  };
}

async function write({ format, file }: Output<Format>, report: DoctorReport, all: boolean): Promise<void> {
  switch (format) {
    case 'json':
      return writeOut(file, [`${JSON.stringify(report, null, 2)}\n`]);
    case 'text': {
      const { doctorText } = await import('#report/doctor-text.ts');
      const { width, paint } = file === undefined ? terminal() : NO_TERMINAL;
      return writeOut(
        file,
        doctorText(report, { width, paint, all }).map((one) => `${one}\n`),
      );
    }
  }
}
