import { join } from 'node:path';
import type { Advisories } from '#advisory/advisory.ts';
import { cacheHome } from '#app/cache-home.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import type { Home } from '#app/home/home.ts';
import { hasHome } from '#app/home/home-directory.ts';
import { type Scan, scan } from '#app/scan.ts';
import { noteEcosystems } from '#app/seen-ecosystems.ts';
import { directoryCache, noCache } from '#base/cache/directory-cache.ts';
import { createRangeHasher } from '#base/hash/range-hash.ts';
import { schemeOf } from '#base/versions/ecosystem-scheme.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes, reportError } from '#cli/errors.ts';
import { type Output, parseOutputs, writeOut } from '#cli/output.ts';
import { startProgress } from '#cli/progress.ts';
import type { ScanFlags } from '#cli/scan-flags.ts';
import { NO_TERMINAL, terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import { parsePlatform } from '#core/platform.ts';
import { compareSeverity, type Severity } from '#core/severity.ts';
import { VERSION } from '#core/version.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

const FORMATS = ['table', 'json', 'cyclonedx', 'spdx'] as const;
type Format = (typeof FORMATS)[number];

/** One thing to scan, and the containers that run it. */
interface Job {
  readonly target: string;
  /** What people call it, where the target is an id. */
  readonly called?: string;
  readonly containers?: readonly { readonly id: string; readonly name: string }[];
}

/** `holdfast scan`. @throws usage errors; what fails for one of several targets is reported and the others go on */
export async function scanCommand(
  targets: readonly string[],
  flags: ScanFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const outputs = parseOutputs(flags.format, FORMATS, 'table');
  const jobs = await jobsOf(targets, flags, environment);
  if (jobs.length > 1 && outputs.some(({ format }) => format === 'cyclonedx' || format === 'spdx')) {
    throw usage('An SBOM describes one target', 'Scan one target at a time for cyclonedx and spdx.');
  }
  const now = clock(environment);
  const options = {
    ...(flags.platform === undefined ? {} : { platform: parsePlatform(flags.platform) }),
    verify: flags.verify !== false,
    exportOnly: flags.verify === true,
    insecure: flags.insecure === true,
    environment,
    files: flags.files === true,
    explainAbsences: flags.explain === true,
  };
  const home = await homeFor(flags, environment);
  const advisories = await openDefaultAdvisories(flags.advisories, environment);
  const cache = flags.cache ? directoryCache(join(cacheHome(environment), 'layers')) : noCache;
  const hasher = createRangeHasher();
  const progress = startProgress(flags.quiet === true);
  const reports: ScanReportInput[] = [];
  let failed = false;
  try {
    for (const job of jobs) {
      progress.step(`Scanning ${job.target}`);
      try {
        const found = await scan({ advisories, cache, hasher, now }, job.target, options);
        reports.push(reportInput(found, job, advisories, now));
      } catch (error) {
        if (jobs.length === 1) throw error;
        progress.done();
        reportError(error, job.called ?? job.target);
        failed = true;
      }
    }
  } finally {
    progress.done();
    advisories?.close();
    await hasher.close();
  }
  const met = reports.flatMap(({ findings }) => findings.coverage.map(({ subject }) => subject));
  if (flags.cache)
    noteEcosystems(
      cacheHome(environment),
      met.filter((name) => schemeOf(name) !== undefined),
    );
  if (flags.running === true) reports.sort(mostUrgentFirst);
  for (const output of outputs) await write(output, reports, jobs, flags);
  if (home !== undefined && reports.length > 0) {
    const { recordScans } = await import('#cli/record-scans.ts');
    if ((await recordScans(home, reports, environment)) !== exitCodes.done) failed = true;
  }
  if (failed) return exitCodes.failed;
  return flags.failOn !== undefined && reports.some((report) => reaches(report, flags.failOn ?? 'critical'))
    ? exitCodes.deny
    : exitCodes.done;
}

/** Nothing of the ledger is loaded where there is no home and none was asked for. */
async function homeFor({ record }: ScanFlags, environment: NodeJS.ProcessEnv): Promise<Home | undefined> {
  if (record === false || (record === undefined && !hasHome(environment))) return undefined;
  const { homeToRecordIn } = await import('#cli/record-scans.ts');
  return homeToRecordIn(record, environment);
}

function usage(message: string, hint: string): HoldfastError {
  return new HoldfastError('USAGE', message, { kind: 'usage', hint });
}

async function jobsOf(
  targets: readonly string[],
  flags: ScanFlags,
  environment: NodeJS.ProcessEnv,
): Promise<readonly Job[]> {
  if (flags.running === true) {
    if (targets.length > 0) throw usage('--running takes no targets', 'Leave out one of the two.');
    const { listRunningImages } = await import('#app/list-running.ts');
    const running = await listRunningImages(environment);
    return running.map(({ target, references, containers }) => ({
      target,
      containers,
      ...(references[0] === undefined ? {} : { called: references[0] }),
    }));
  }
  if (targets.length === 0)
    throw usage(
      'Nothing to scan was named',
      'For this machine: holdfast scan rootfs:/   For what runs: holdfast scan --running',
    );
  return targets.map((target) => ({ target }));
}

function reportInput(
  found: Scan,
  { containers, called }: Job,
  advisories: Advisories | undefined,
  now: Date,
): ScanReportInput {
  return {
    tool: { name: 'holdfast', version: VERSION },
    createdAt: now.toISOString(),
    advisories: advisories?.info,
    description: called === undefined ? found.description : { ...found.description, reference: called },
    inventory: found.inventory,
    findings: found.findings,
    ...(found.layers === undefined ? {} : { layers: found.layers }),
    leftOut: found.leftOut,
    ...(found.executables === undefined ? {} : { executables: found.executables }),
    ...(containers === undefined ? {} : { containers }),
  };
}

async function write(
  { format, file }: Output<Format>,
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
