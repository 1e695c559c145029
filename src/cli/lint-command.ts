import { IMAGE_TARGET } from '#app/lint/image-target.ts';
import { LINT_KINDS } from '#app/lint/kinds.ts';
import { lint } from '#app/lint/lint.ts';
import type { LintOutcome } from '#app/lint/lint-kind.ts';
import { lintSettings } from '#app/lint/lint-settings.ts';
import { MOST_LINT_BYTES, tooLarge } from '#app/lint/read-text.ts';
import type { Settings } from '#buildfile/settings/settings.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { HOST_TARGET, hostCommand } from '#cli/host-command.ts';
import { LINT_FORMATS, type LintFlags } from '#cli/lint-flags.ts';
import { parseOutputs, writeOut } from '#cli/output.ts';
import { standardCommand } from '#cli/standard-command.ts';
import { NO_TERMINAL, terminal } from '#cli/terminal.ts';
import { isReportFormat, LINT_REPORT_FORMATS, type ReportSource, reportRun, writeReport } from '#cli/write-report.ts';
import { HoldfastError } from '#core/errors.ts';
import type { Judged } from '#core/judged.ts';
import { parsePlatform } from '#core/platform.ts';
import { compareSeverity, type Severity } from '#core/severity.ts';
import { VERSION } from '#core/version.ts';
import { type LintReportInput, toLinted, toLintReport } from '#report/lint-report.ts';
import { lintText } from '#report/lint-text.ts';

/** `holdfast lint`. @throws usage errors */
export async function lintCommand(paths: readonly string[], flags: LintFlags): Promise<number> {
  const { only, skip, failOn, standard } = flags;
  if (paths.includes(HOST_TARGET)) return hostCommand(paths, flags);
  if (standard !== undefined) return standardCommand(paths, { ...flags, standard }, standardInput);
  const outputs = parseOutputs(flags.format, [...LINT_FORMATS, ...LINT_REPORT_FORMATS], 'text');
  if (flags.fix === true && paths.includes('-')) {
    throw new HoldfastError('USAGE', 'Standard input cannot be mended', { kind: 'usage', hint: 'Name the file.' });
  }
  const settings = lintSettings(flags.config);
  const images = await imagesAmong(paths, flags, settings);
  const files = await lint({ kinds: LINT_KINDS, standardInput }, withoutImages(paths), {
    only,
    skip,
    fix: flags.fix === true,
    variables: variablesOf(flags.env ?? []),
    settings,
  });
  const outcome = {
    ...files,
    judged: [...images, ...files.judged],
    files: files.files + images.filter(({ kind }) => kind !== 'unknown').length,
  };
  const rules = new Map(LINT_KINDS.flatMap((kind) => kind.rules.map((rule) => [rule.id, rule] as const)));
  const input = { ...outcome, tool: { name: 'holdfast', version: VERSION }, rules };
  for (const { format, file } of outputs) {
    if (isReportFormat(format)) await writeReport(format, file, sourceOf(input));
    else await write(format, file, input);
  }
  return codeOf(outcome, failOn ?? outcome.failOn ?? 'high', paths);
}

function withoutImages(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !path.startsWith(IMAGE_TARGET));
}

/** What opens images is loaded only where some are named. */
async function imagesAmong(
  paths: readonly string[],
  { platform, insecure, ...choice }: LintFlags,
  settings: Settings,
): Promise<readonly Judged[]> {
  const named = paths.filter((path) => path.startsWith(IMAGE_TARGET));
  if (named.length === 0) return [];
  const { lintImage } = await import('#app/lint/lint-image.ts');
  const rules = LINT_KINDS.flatMap((kind) => kind.rules);
  const open = {
    ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
    ...{ verify: true, exportOnly: false, insecure: insecure === true, environment: process.env },
  };
  const judged: Judged[] = [];
  for (const one of named) judged.push(await lintImage(one, rules, choice, settings, open));
  return judged;
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

function sourceOf(input: LintReportInput): ReportSource {
  const run = reportRun('lint', clock(process.env));
  return {
    page: async () => (await import('#report/page/lint-page.ts')).lintPage(input, run.createdAt),
    items: async () => (await import('#report/items/item-report.ts')).lintItemReport(input, run),
  };
}

async function write(
  format: (typeof LINT_FORMATS)[number],
  file: string | undefined,
  input: LintReportInput,
): Promise<void> {
  switch (format) {
    case 'text':
      return writeOut(file, lintText(input, file === undefined ? terminal() : NO_TERMINAL));
    case 'json':
      return writeOut(file, [JSON.stringify(toLintReport(input), null, 2)], '\n');
    case 'jsonl': {
      const lines = function* () {
        for (const one of input.judged) yield `${JSON.stringify(toLinted(one, input.rules))}\n`;
      };
      return writeOut(file, lines());
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
