import { judgeByStandard } from '#app/lint/standard.ts';
import { exitCodes } from '#cli/errors.ts';
import { LINT_FORMATS, type LintFlags } from '#cli/lint-flags.ts';
import { parseOutputs, writeOut } from '#cli/output.ts';
import { NO_TERMINAL, terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import { VERSION } from '#core/version.ts';
import {
  problemsText,
  type StandardReportInput,
  standardText,
  toStandardLine,
  toStandardReport,
} from '#report/standard-report.ts';
import { parseStandard } from '#workload/pod-security/judge-pod.ts';

/**
 * `holdfast lint --standard`: exit 3 when a document fails, 4 when something could not be judged.
 * @throws `USAGE`, `LINT_STANDARD`, `LINT_NO_FILE`
 */
export async function standardCommand(
  paths: readonly string[],
  flags: LintFlags & { readonly standard: string },
  standardInput: () => Promise<Uint8Array>,
): Promise<number> {
  if (flags.fix || flags.failOn !== undefined || flags.only.length > 0 || flags.skip.length > 0) {
    throw new HoldfastError('USAGE', 'A standard is judged as a whole', {
      kind: 'usage',
      hint: 'Leave --only, --skip, --fix and --fail-on away, or judge without --standard.',
    });
  }
  const outputs = parseOutputs(flags.format, LINT_FORMATS, 'text');
  const standard = parseStandard(flags.standard);
  const outcome = await judgeByStandard(paths, standard, standardInput);
  const input = { ...outcome, standard, tool: { name: 'holdfast', version: VERSION } };
  for (const { format, file } of outputs) await write(format, file, input);
  if (outcome.verdicts.some(({ failed }) => failed.length > 0)) return exitCodes.deny;
  return outcome.incomplete ? exitCodes.unknown : exitCodes.done;
}

async function write(
  format: (typeof LINT_FORMATS)[number],
  file: string | undefined,
  input: StandardReportInput,
): Promise<void> {
  switch (format) {
    case 'text':
      return writeOut(file, standardText(input, file === undefined ? terminal() : NO_TERMINAL));
    case 'json':
      return writeOut(file, [JSON.stringify(toStandardReport(input), null, 2)], '\n');
    case 'jsonl':
      await writeOut(
        file,
        input.verdicts.map((verdict) => `${JSON.stringify(toStandardLine(verdict))}\n`),
      );
      process.stderr.write(problemsText(input.problems));
  }
}
