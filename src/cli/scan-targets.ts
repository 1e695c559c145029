import { join } from 'node:path';
import type { Advisories } from '#advisory/advisory.ts';
import { cacheHome } from '#app/cache-home.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import { type Scan, scan } from '#app/scan.ts';
import { noteEcosystems } from '#app/seen-ecosystems.ts';
import { directoryCache, noCache } from '#base/cache/directory-cache.ts';
import { createRangeHasher } from '#base/hash/range-hash.ts';
import { schemeOf } from '#base/versions/ecosystem-scheme.ts';
import { reportError } from '#cli/errors.ts';
import { startProgress } from '#cli/progress.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import { parsePlatform } from '#core/platform.ts';
import { VERSION } from '#core/version.ts';
import type { TargetFailure } from '#report/items/problem-items.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** Options that say what is scanned and how. */
export interface TargetFlags {
  readonly running?: true;
  readonly advisories?: string;
  readonly platform?: string;
  /** Undefined: neither `--verify` nor `--no-verify` was given. */
  readonly verify?: boolean;
  readonly insecure?: true;
  readonly cache: boolean;
  readonly quiet?: true;
}

/** One thing to scan, and the containers that run it. */
export interface Job {
  readonly target: string;
  /** What people call it, where the target is an id. */
  readonly called?: string;
  readonly containers?: readonly { readonly id: string; readonly name: string }[];
}

/** What the report shall hold beside what every one holds. */
export interface ScanDetail {
  readonly files: boolean;
  readonly explain: boolean;
  readonly now: Date;
}

export interface ScannedTargets {
  readonly reports: readonly ScanReportInput[];
  /** Some of several targets could not be scanned: that was told. */
  readonly failures: readonly TargetFailure[];
}

/** What the command line names, or what runs. @throws `USAGE` for nothing, or both */
export async function jobsOf(
  targets: readonly string[],
  flags: Pick<TargetFlags, 'running'>,
  environment: NodeJS.ProcessEnv,
  verb: 'scan' | 'check',
): Promise<readonly Job[]> {
  if (flags.running === true) {
    if (targets.length > 0) throw usage('--running takes no targets', 'Leave out one of the two.');
    const { listRunningImages } = await import('#app/running/list-running.ts');
    const running = await listRunningImages(environment);
    return running.map(({ target, references, containers }) => ({
      target,
      containers,
      ...(references[0] === undefined ? {} : { called: references[0] }),
    }));
  }
  if (targets.length > 0) return targets.map((target) => ({ target }));
  throw usage(
    `Nothing to ${verb} was named`,
    verb === 'scan'
      ? 'For this machine: holdfast scan rootfs:/   For what runs: holdfast scan --running'
      : 'For an image: holdfast check IMAGE   For what runs: holdfast check --running',
  );
}

/** @param hint what to do instead */
export function usage(message: string, hint: string): HoldfastError {
  return new HoldfastError('USAGE', message, { kind: 'usage', hint });
}

/**
 * Scans one target after the other. The only one's failure is thrown; of several, what fails is told and the others go on.
 * @throws what opening the advisories throws
 */
export async function scanTargets(
  jobs: readonly Job[],
  flags: TargetFlags,
  { files, explain, now }: ScanDetail,
  environment: NodeJS.ProcessEnv,
): Promise<ScannedTargets> {
  const options = {
    ...(flags.platform === undefined ? {} : { platform: parsePlatform(flags.platform) }),
    verify: flags.verify !== false,
    exportOnly: flags.verify === true,
    insecure: flags.insecure === true,
    environment,
    files,
    explainAbsences: explain,
  };
  const advisories = await openDefaultAdvisories(flags.advisories, environment);
  const cache = flags.cache ? directoryCache(join(cacheHome(environment), 'layers')) : noCache;
  const hasher = createRangeHasher();
  const progress = startProgress(flags.quiet === true);
  const reports: ScanReportInput[] = [];
  const failures: TargetFailure[] = [];
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
        failures.push({ name: job.called ?? job.target, problem: problemOf(error) });
      }
    }
  } finally {
    progress.done();
    advisories?.close();
    await hasher.close();
  }
  if (flags.cache) {
    const met = reports.flatMap(({ findings }) => findings.coverage.map(({ subject }) => subject));
    noteEcosystems(
      cacheHome(environment),
      met.filter((name) => schemeOf(name) !== undefined),
    );
  }
  return { reports, failures };
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
