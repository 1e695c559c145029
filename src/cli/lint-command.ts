import { LINT_KINDS } from '#app/lint/kinds.ts';
import { lint } from '#app/lint/lint.ts';
import type { LintOutcome } from '#app/lint/lint-kind.ts';
import { lintSettings } from '#app/lint/lint-settings.ts';
import { MOST_LINT_BYTES, tooLarge } from '#app/lint/read-text.ts';
import { exitCodes } from '#cli/errors.ts';
import { HOST_TARGET, hostCommand } from '#cli/host-command.ts';
import type { LintFlags } from '#cli/lint-flags.ts';
import { writeOut } from '#cli/output.ts';
import { standardCommand } from '#cli/standard-command.ts';
import { terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import type { Judged } from '#core/judged.ts';
import { compareSeverity, type Severity } from '#core/severity.ts';
import { VERSION } from '#core/version.ts';
import { type LintReportInput, toLinted, toLintReport } from '#report/lint-report.ts';
import { lintText } from '#report/lint-text.ts';

/** `holdfast lint`. @throws usage errors */
export async function lintCommand(paths: readonly string[], flags: LintFlags): Promise<number> {
  const { only, skip, failOn, format, standard } = flags;
  if (paths.includes(HOST_TARGET)) return hostCommand(paths, flags);
  if (standard !== undefined) return standardCommand(paths, { ...flags, standard }, standardInput);
  if (flags.fix === true && paths.includes('-')) {
    throw new HoldfastError('USAGE', 'Standard input cannot be mended', { kind: 'usage', hint: 'Name the file.' });
  }
  const outcome = await lint({ kinds: LINT_KINDS, standardInput }, paths, {
    only,
    skip,
    fix: flags.fix === true,
    variables: variablesOf(flags.env ?? []),
    settings: lintSettings(flags.config),
  });
  const rules = new Map(LINT_KINDS.flatMap((kind) => kind.rules.map((rule) => [rule.id, rule] as const)));
  await write({ ...outcome, tool: { name: 'holdfast', version: VERSION }, rules }, format);
  return codeOf(outcome, failOn ?? outcome.failOn ?? 'high', paths);
}

/** The shell's variables are secrets until somebody names them: files that are judged would have them shown. */
function variablesOf(given: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    given.map((text) => {
      const equals = text.indexOf('=');
      return equals < 0 ? [text, process.env[text] ?? ''] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

/** Nothing that was found is worse than a finding; what was named and could not be judged is not clean. */
function codeOf({ judged }: LintOutcome, failOn: Severity | 'never', named: readonly string[]): number {
  const reaches = ({ severity }: { readonly severity: Severity }) =>
    failOn !== 'never' && compareSeverity(severity, failOn) <= 0;
  if (judged.some(({ reasons }) => reasons.some(reaches))) return exitCodes.deny;
  const unjudged = ({ kind, path }: Judged) => kind === 'unknown' || (kind === 'template' && named.includes(path));
  return judged.some(unjudged) ? exitCodes.unknown : exitCodes.done;
}

async function write(input: LintReportInput, format: LintFlags['format']): Promise<void> {
  switch (format) {
    case 'text':
      return writeOut(undefined, lintText(input, terminal()));
    case 'json':
      return writeOut(undefined, [JSON.stringify(toLintReport(input), null, 2)], '\n');
    case 'jsonl': {
      const lines = function* () {
        for (const one of input.judged) yield `${JSON.stringify(toLinted(one, input.rules))}\n`;
      };
      return writeOut(undefined, lines());
    }
  }
}

async function standardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MOST_LINT_BYTES) throw tooLarge('Standard input');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
