import { hasHome } from '#app/home/home-directory.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { CelThread } from '#app/policy/cel-thread.ts';
import { type Checked, checkTarget, type Judging } from '#app/policy/check-target.ts';
import { loadPolicies } from '#app/policy/load-policies.ts';
import type { FoundWaivers } from '#app/policy/read-waivers.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { parseOutputs, writeOut } from '#cli/output.ts';
import { jobsOf, scanTargets, type TargetFlags, usage } from '#cli/scan-targets.ts';
import { NO_TERMINAL, terminal } from '#cli/terminal.ts';
import { isReportFormat, REPORT_FORMATS, type ReportSource, reportRun, writeReport } from '#cli/write-report.ts';
import type { Run } from '#policy/load/load-policy.ts';
import type { Verdict } from '#policy/verdict.ts';
import type { VexStatement } from '#policy/vex/statement.ts';
import type { CheckReportInput } from '#report/check-report-input.ts';
import type { TargetFailure } from '#report/items/problem-items.ts';

const FORMATS = ['text', 'json', 'facts', 'openvex', ...REPORT_FORMATS] as const;

/** Options of `holdfast check`, as the command line gives them. */
export interface CheckFlags extends TargetFlags {
  readonly policy: readonly string[];
  readonly environment?: string;
  readonly waivers: readonly string[];
  readonly vex: readonly string[];
  readonly baseline?: string;
  readonly format: readonly string[];
  /** Undefined: where there is a home. */
  readonly record?: boolean;
}

/** What is looked at: how an image is run only where it runs, and what is kept of its data only with a home. */
function runOf({ running, record }: CheckFlags, environment: NodeJS.ProcessEnv): Run {
  if (running !== true) return { kind: 'image', without: new Set(['workload', 'data']) };
  const knows = record === true || hasHome(environment);
  return { kind: 'workload', without: new Set(knows ? [] : ['data']) };
}

/**
 * `holdfast check`.
 * @throws what is wrong with the command line or the operator's files; what fails for one of several targets is told
 */
export async function checkCommand(
  targets: readonly string[],
  flags: CheckFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const outputs = parseOutputs(flags.format, FORMATS, 'text');
  if (flags.environment !== undefined && !/^[\w.-]{1,64}$/.test(flags.environment))
    throw usage(
      `${JSON.stringify(flags.environment.slice(0, 80))} is no name of an environment`,
      'Write a word such as production.',
    );
  const now = clock(environment);
  const policies = await loadPolicies(flags.policy, environment, runOf(flags, environment));
  const baseline = flags.baseline === undefined ? undefined : await baselineOf(flags.baseline);
  const files = flags.waivers.length === 0 ? NO_WAIVERS : await waiversOf(flags.waivers, now);
  const statements = flags.vex.length === 0 ? [] : await statementsOf(flags.vex);
  const cel = policies.some((policy) => policy.cel !== undefined) ? await startThread() : undefined;
  try {
    const jobs = await jobsOf(targets, flags, environment, 'check');
    const record = await recordFor(flags.record, environment);
    const running = flags.running === true ? await runningFor(record?.open, flags, now, environment) : undefined;
    try {
      const judging: Judging = {
        ...{ policies, baseline, environment: flags.environment, now, cel, notes: files.notes },
        ...{ waivers: files.waivers, statements },
        recordedWaivers: record?.waivers ?? [],
        running: running?.ask,
        firstSeen: record === undefined ? undefined : (findings) => record.firstSeen(findings, now),
      };
      const scanned = await scanTargets(jobs, flags, { files: false, explain: false, now }, environment);
      const checked: Checked[] = [];
      for (const report of scanned.reports) checked.push(await checkTarget(report, judging));
      if (flags.running === true) checked.sort((a, b) => urgency(a.verdict) - urgency(b.verdict));
      const recorded = (await record?.record(checked, judging)) ?? [];
      const inputs = checked.map(({ report, verdict }, index) => ({
        ...{ report, verdict, environment: flags.environment ?? null },
        recorded: recorded[index],
      }));
      const several = jobs.length > 1 || flags.running === true;
      for (const output of outputs) {
        if (output.format === 'facts')
          await writeJson(
            output.file,
            checked.map(({ facts }) => facts),
            several,
          );
        else if (output.format === 'openvex') await writeVex(output.file, checked, now);
        else if (isReportFormat(output.format))
          await writeReport(output.format, output.file, sourceOf(inputs, scanned.failures, now));
        else if (output.format === 'json') await writeReports(output.file, inputs, several);
        else await writeTexts(output.file, inputs, jobs.length === 0);
      }
      return scanned.failures.length > 0 || record?.failed === true
        ? exitCodes.failed
        : exitCodeOf(checked.map(({ verdict }) => verdict));
    } finally {
      running?.close();
      await record?.close();
    }
  } finally {
    await cel?.close();
  }
}

const NO_WAIVERS: FoundWaivers = { waivers: [], notes: [] };

/** Files that are not named are not read, nor is what reads them loaded. */
async function waiversOf(paths: readonly string[], now: Date): Promise<FoundWaivers> {
  const { readWaivers } = await import('#app/policy/read-waivers.ts');
  return readWaivers(paths, now);
}

async function baselineOf(path: string): Promise<ReadonlySet<string>> {
  const { readBaseline } = await import('#app/policy/read-baseline.ts');
  return readBaseline(path);
}

async function statementsOf(paths: readonly string[]): Promise<readonly VexStatement[]> {
  const { readVexFiles } = await import('#app/policy/read-vex-files.ts');
  return readVexFiles(paths);
}

/** Nothing of the ledger is loaded where there is no home and none was asked for. */
async function recordFor(wanted: boolean | undefined, environment: NodeJS.ProcessEnv) {
  if (wanted !== true && !hasHome(environment)) return undefined;
  const { openCheckRecord } = await import('#cli/policy/record-checks.ts');
  return openCheckRecord(wanted, environment);
}

async function runningFor(
  record: OpenRecord | undefined,
  { advisories }: CheckFlags,
  now: Date,
  environment: NodeJS.ProcessEnv,
) {
  const { openRunningChecks } = await import('#cli/policy/running-checks.ts');
  return openRunningChecks(record, advisories, now, environment);
}

async function startThread(): Promise<CelThread> {
  const { startCelThread } = await import('#app/policy/cel-thread.ts');
  return startCelThread();
}

/** The worst of all: denied, else unknown unless that holds nothing up. */
function exitCodeOf(verdicts: readonly Verdict[]): number {
  if (verdicts.some(({ decision }) => decision === 'deny')) return exitCodes.deny;
  const stops = verdicts.some((verdict) => verdict.decision === 'unknown' && verdict.whenUnknown !== 'allow');
  return stops ? exitCodes.unknown : exitCodes.done;
}

function urgency({ decision }: Verdict): number {
  return ['deny', 'unknown', 'allow'].indexOf(decision);
}

function sourceOf(inputs: readonly CheckReportInput[], failures: readonly TargetFailure[], now: Date): ReportSource {
  const run = { ...reportRun('check', now), failures };
  return {
    page: async () => (await import('#report/page/check-page.ts')).checkPage(inputs, run),
    items: async () => (await import('#report/items/item-report.ts')).checkItemReport(inputs, run),
    flaws: async () => (await import('#report/items/item-report.ts')).checkFindingsReport(inputs, run),
  };
}

async function writeReports(
  file: string | undefined,
  inputs: readonly CheckReportInput[],
  several: boolean,
): Promise<void> {
  const { toCheckReport } = await import('#report/check-report.ts');
  return writeJson(file, inputs.map(toCheckReport), several);
}

async function writeTexts(
  file: string | undefined,
  inputs: readonly CheckReportInput[],
  nothingRuns: boolean,
): Promise<void> {
  const { checkText } = await import('#report/check-text.ts');
  const { width, paint } = file === undefined ? terminal() : NO_TERMINAL;
  const rule = `\n${'─'.repeat(Math.min(width, 100))}\n\n`;
  const texts = inputs.map((input) => checkText(input, { width, paint }));
  return writeOut(file, nothingRuns ? ['Nothing runs.\n'] : [texts.join(rule)]);
}

async function writeJson(file: string | undefined, all: readonly unknown[], several: boolean): Promise<void> {
  const { jsonPieces } = await import('#report/json-pieces.ts');
  return writeOut(file, jsonPieces(several ? all : all[0]), '\n');
}

async function writeVex(file: string | undefined, checked: readonly Checked[], now: Date): Promise<void> {
  const { openVexOf } = await import('#report/openvex.ts');
  return writeJson(file, [openVexOf(checked, now)], false);
}
