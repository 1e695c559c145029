import { collectHost } from '#app/lint/host/collect-host.ts';
import { selectRules } from '#app/lint/select-rules.ts';
import { exitCodes } from '#cli/errors.ts';
import type { LintFlags } from '#cli/lint-flags.ts';
import { writeOut } from '#cli/output.ts';
import { terminal } from '#cli/terminal.ts';
import { HoldfastError } from '#core/errors.ts';
import { compareSeverity } from '#core/severity.ts';
import { VERSION } from '#core/version.ts';
import { hostText, toHostLine, toHostReport } from '#report/host-report.ts';
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
  const wanted = selectRules(HOST_CHECKS, flags);
  const facts = await collectHost(
    process.env,
    HOST_CHECKS.some(({ id, cis }) => cis.startsWith('5.') && wanted(id)),
  );
  const judged = HOST_CHECKS.filter(({ id }) => wanted(id)).map((check) => ({ check, answer: check.judge(facts) }));
  switch (flags.format) {
    case 'text':
      await writeOut(undefined, hostText(judged, terminal()));
      break;
    case 'json':
      await writeOut(
        undefined,
        [JSON.stringify(toHostReport({ name: 'holdfast', version: VERSION }, judged), null, 2)],
        '\n',
      );
      break;
    case 'jsonl':
      await writeOut(
        undefined,
        judged.map((one) => `${JSON.stringify(toHostLine(one))}\n`),
      );
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
