import type { DiffReport } from '#api/diff-report.ts';
import type { ScanReport } from '#api/scan-report.ts';
import { compareReports } from '#app/diff/compare-reports.ts';
import { readReport } from '#app/diff/read-report.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { type Output, parseOutputs, writeOut } from '#cli/output.ts';
import { scanTargets, type TargetFlags } from '#cli/scan-targets.ts';
import { NO_TERMINAL, terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import { compareSeverity, type Severity } from '#core/severity.ts';

const FORMATS = ['text', 'json', 'markdown'] as const;

/** Options of `holdfast diff`, as the command line gives them. */
export interface DiffFlags extends Omit<TargetFlags, 'running'> {
  readonly format: readonly string[];
  readonly failOn?: Severity;
}

/**
 * `holdfast diff`: exit 3 when what comes after has new findings that `--fail-on` names, 4 when that cannot be told.
 * @throws what reading and scanning throw
 */
export async function diffCommand(
  before: string,
  after: string,
  flags: DiffFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const outputs = parseOutputs(flags.format, FORMATS, 'text');
  const now = clock(environment);
  const sides: ScanReport[] = [];
  for (const target of [before, after])
    sides.push(readReport(target) ?? (await scanned(target, flags, now, environment)));
  const [old, young] = sides;
  if (old === undefined || young === undefined) throw new HoldfastError('INTERNAL', 'a side was not read');
  const report = compareReports(old, young, now);
  for (const output of outputs) await write(output, report);
  if (flags.failOn === undefined) return exitCodes.done;
  return codeOf(report, flags.failOn);
}

async function scanned(
  target: string,
  flags: DiffFlags,
  now: Date,
  environment: NodeJS.ProcessEnv,
): Promise<ScanReport> {
  const { reports } = await scanTargets([{ target }], flags, { files: false, explain: false, now }, environment);
  const { toScanReport } = await import('#report/scan-report.ts');
  const [report] = reports;
  if (report === undefined) throw new HoldfastError('INTERNAL', `${target} was not scanned`);
  return toScanReport(report);
}

/** Nothing new in what nobody could read or compare is no good news. */
function codeOf({ findings, after }: DiffReport, failOn: Severity): number {
  if (findings.new.some(({ severity }) => severity !== 'unknown' && compareSeverity(severity, failOn) <= 0))
    return exitCodes.deny;
  const blind = after.advisories.kind === 'none' || after.problems > 0 || findings.noLongerCompared.length > 0;
  return blind ? exitCodes.unknown : exitCodes.done;
}

async function write({ format, file }: Output<(typeof FORMATS)[number]>, report: DiffReport): Promise<void> {
  switch (format) {
    case 'json':
      return writeOut(file, [JSON.stringify(report, null, 2)], '\n');
    case 'markdown': {
      const { diffMarkdown } = await import('#report/diff/diff-markdown.ts');
      return writeOut(file, [diffMarkdown(report)]);
    }
    case 'text': {
      const { diffText } = await import('#report/diff/diff-text.ts');
      return writeOut(file, [diffText(report, file === undefined ? terminal() : NO_TERMINAL)]);
    }
  }
}
