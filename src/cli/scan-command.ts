import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { homeFor } from '#cli/home-for.ts';
import { parseOutputs, writeOut } from '#cli/output.ts';
import type { ScanFlags } from '#cli/scan-flags.ts';
import { type Job, jobsOf, scanTargets, usage } from '#cli/scan-targets.ts';
import { NO_TERMINAL, terminal } from '#cli/terminal.ts';
import {
  isReportFormat,
  REPORT_FORMATS,
  type ReportFormat,
  type ReportSource,
  reportRun,
  writeReport,
} from '#cli/write-report.ts';
import { compareSeverity, type Severity } from '#core/severity.ts';
import type { TargetFailure } from '#report/items/problem-items.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

const FORMATS = ['table', 'json', 'cyclonedx', 'spdx', ...REPORT_FORMATS] as const;
type Format = Exclude<(typeof FORMATS)[number], ReportFormat>;

/** `holdfast scan`. @throws usage errors; what fails for one of several targets is reported and the others go on */
export async function scanCommand(
  targets: readonly string[],
  flags: ScanFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const outputs = parseOutputs(flags.format, FORMATS, 'table');
  const jobs = await jobsOf(targets, flags, environment, 'scan');
  if (jobs.length > 1 && outputs.some(({ format }) => format === 'cyclonedx' || format === 'spdx')) {
    throw usage('An SBOM describes one target', 'Scan one target at a time for cyclonedx and spdx.');
  }
  const now = clock(environment);
  const home = await homeFor(flags, environment);
  const detail = { files: flags.files === true, explain: flags.explain === true, now };
  const scanned = await scanTargets(jobs, flags, detail, environment);
  let failed = scanned.failures.length > 0;
  const reports = [...scanned.reports];
  if (flags.running === true) reports.sort(mostUrgentFirst);
  for (const { format, file } of outputs) {
    if (isReportFormat(format)) await writeReport(format, file, sourceOf(reports, scanned.failures, now));
    else await write(format, file, reports, jobs, flags);
  }
  if (home !== undefined && reports.length > 0) {
    const { recordScans } = await import('#cli/record-scans.ts');
    if ((await recordScans(home, reports, environment)) !== exitCodes.done) failed = true;
  }
  if (failed) return exitCodes.failed;
  return flags.failOn !== undefined && reports.some((report) => reaches(report, flags.failOn ?? 'critical'))
    ? exitCodes.deny
    : exitCodes.done;
}

function sourceOf(reports: readonly ScanReportInput[], failures: readonly TargetFailure[], now: Date): ReportSource {
  const run = { ...reportRun('scan', now), failures };
  const items = async () => (await import('#report/items/item-report.ts')).scanItemReport(reports, run);
  return {
    page: async () => (await import('#report/page/scan-page.ts')).scanPage(reports, run),
    items,
  };
}

async function write(
  format: Format,
  file: string | undefined,
  reports: readonly ScanReportInput[],
  jobs: readonly Job[],
  flags: ScanFlags,
): Promise<void> {
  switch (format) {
    case 'table': {
      const { scanTable } = await import('#report/scan-table.ts');
      const { width, paint } = file === undefined ? terminal() : NO_TERMINAL;
      const rule = `\n${'─'.repeat(Math.min(width, 100))}\n\n`;
      const pieces = function* () {
        if (jobs.length === 0) yield 'Nothing runs.\n';
        for (const [index, report] of reports.entries()) {
          if (index > 0) yield rule;
          yield* scanTable(report, { width, paint, all: flags.all === true });
        }
      };
      return writeOut(file, pieces());
    }
    case 'json': {
      const { toScanReport } = await import('#report/scan-report.ts');
      const { jsonPieces } = await import('#report/json-pieces.ts');
      const all = reports.map(toScanReport);
      const several = jobs.length > 1 || flags.running === true;
      return writeOut(file, jsonPieces(several ? all : all[0]), '\n');
    }
    case 'cyclonedx': {
      const { writeCycloneDx } = await import('#inventory/formats/cyclonedx/write.ts');
      const [report] = reports;
      return writeOut(file, report === undefined ? [] : writeCycloneDx(report));
    }
    case 'spdx': {
      const { writeSpdx } = await import('#inventory/formats/spdx/write.ts');
      const [report] = reports;
      return writeOut(file, report === undefined ? [] : writeSpdx(report));
    }
  }
}

function mostUrgentFirst(a: ScanReportInput, b: ScanReportInput): number {
  const [first] = a.findings.findings;
  const [second] = b.findings.findings;
  if (first === undefined || second === undefined)
    return (first === undefined ? 1 : 0) - (second === undefined ? 1 : 0);
  const known = (one: typeof first) => (one.exploitation?.knownExploitedSince === undefined ? 1 : 0);
  return (
    known(first) - known(second) ||
    compareSeverity(first.severity.level, second.severity.level) ||
    b.findings.findings.length - a.findings.findings.length
  );
}

function reaches({ findings }: ScanReportInput, level: Severity): boolean {
  return findings.findings.some(
    ({ severity }) => severity.level !== 'unknown' && compareSeverity(severity.level, level) <= 0,
  );
}
