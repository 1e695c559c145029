import { collectHost } from '#app/lint/host/collect-host.ts';
import { selectRules } from '#app/lint/select-rules.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { LINT_FORMATS, type LintFlags } from '#cli/lint-flags.ts';
import { parseOutputs, writeOut } from '#cli/output.ts';
import { NO_TERMINAL, terminal } from '#cli/terminal.ts';
import { isReportFormat, LINT_REPORT_FORMATS, type ReportSource, reportRun, writeReport } from '#cli/write-report.ts';
import { HoldfastError } from '#core/errors.ts';
import { compareSeverity } from '#core/severity.ts';
import { VERSION } from '#core/version.ts';
import { hostText, type JudgedCheck, toHostLine, toHostReport } from '#report/host-report.ts';
import { HOST_CHECKS } from '#workload/host/list.ts';

/** What names this host among the paths of `holdfast lint`. */
export const HOST_TARGET = 'host:';

/**
 * `holdfast lint host:`: the checks of the host, each with its outcome. Exit 3 when one fails at or above `--fail-on`, 4
 * when one could not be looked at.
 * @throws `USAGE`
 */
export async function hostCommand(paths: readonly string[], flags: LintFlags): Promise<number> {
  if (paths.length > 1 || flags.fix || flags.standard !== undefined) {
    throw new HoldfastError('USAGE', `${HOST_TARGET} is judged alone, and nothing of it is mended`, {
      kind: 'usage',
      hint: 'Leave the other paths, --fix and --standard away.',
    });
  }
  const outputs = parseOutputs(flags.format, [...LINT_FORMATS, ...LINT_REPORT_FORMATS], 'text');
  const wanted = selectRules(HOST_CHECKS, flags);
  const facts = await collectHost(
    process.env,
    HOST_CHECKS.some(({ id, cis }) => cis.startsWith('5.') && wanted(id)),
  );
  const judged = HOST_CHECKS.filter(({ id }) => wanted(id)).map((check) => ({ check, answer: check.judge(facts) }));
  for (const { format, file } of outputs) {
    if (isReportFormat(format)) await writeReport(format, file, sourceOf(judged));
    else await write(format, file, judged);
  }
  const limit = flags.failOn ?? 'high';
  const fails = judged.some(
    ({ check, answer }) => answer.outcome === 'fail' && compareSeverity(check.severity, limit) <= 0,
  );
  if (fails) return exitCodes.deny;
  return judged.some(({ answer }) => answer.outcome === 'unknown' && !answer.manual)
    ? exitCodes.unknown
    : exitCodes.done;
}

const TOOL = { name: 'holdfast', version: VERSION };

function sourceOf(judged: readonly JudgedCheck[]): ReportSource {
  const run = reportRun('lint', clock(process.env));
  return {
    page: async () => (await import('#report/page/host-page.ts')).hostPage(judged, run),
    items: async () => (await import('#report/items/item-report.ts')).hostItemReport(judged, run),
  };
}

function write(
  format: (typeof LINT_FORMATS)[number],
  file: string | undefined,
  judged: readonly JudgedCheck[],
): Promise<void> {
  switch (format) {
    case 'text':
      return writeOut(file, hostText(judged, file === undefined ? terminal() : NO_TERMINAL));
    case 'json':
      return writeOut(file, [JSON.stringify(toHostReport(TOOL, judged), null, 2)], '\n');
    case 'jsonl':
      return writeOut(
        file,
        judged.map((one) => `${JSON.stringify(toHostLine(one))}\n`),
      );
  }
}
