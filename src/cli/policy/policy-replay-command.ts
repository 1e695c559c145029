import { requireHome } from '#app/home/home.ts';
import { openRecord } from '#app/home/open-record.ts';
import { loadPolicies } from '#app/policy/load-policies.ts';
import { replay } from '#app/policy/replay.ts';
import { readMoment } from '#app/read-moment.ts';
import { clock, recordClock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { terminal } from '#cli/terminal.ts';
import { replayLines } from '#report/policy-text.ts';

/** `holdfast policy replay`. */
export async function policyReplayCommand(
  names: readonly string[],
  flags: { readonly since: string; readonly format: 'text' | 'json' },
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const since = readMoment(flags.since, clock(environment));
  const policies = await loadPolicies(names, environment);
  const home = requireHome(environment);
  const withCel = policies.some(({ cel }) => cel !== undefined);
  const cel = withCel ? (await import('#app/policy/cel-thread.ts')).startCelThread() : undefined;
  try {
    const record = await openRecord(home, environment, recordClock);
    try {
      const report = await replay(record, { policies, since, cel });
      const text =
        flags.format === 'json' ? JSON.stringify(report, null, 2) : replayLines(report, terminal()).join('\n');
      await writeText(`${text}\n`);
    } finally {
      printProblems(await record.close());
    }
  } finally {
    await cel?.close();
  }
  return exitCodes.done;
}
