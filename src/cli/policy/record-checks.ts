import { actorOf } from '#app/home/actor.ts';
import type { Home } from '#app/home/home.ts';
import { openRecord } from '#app/home/open-record.ts';
import type { Checked, Judging } from '#app/policy/check-target.ts';
import { type RecordedVerdict, recordVerdict } from '#app/policy/record-verdict.ts';
import { indexScans, recordScan } from '#app/record-scan.ts';
import { recordClock } from '#cli/clock.ts';
import { reportError } from '#cli/errors.ts';
import { printProblems } from '#cli/problems.ts';

/** Puts scans and the verdicts over them on the record. What could not be recorded is told, and is missing at the end. */
export async function recordChecks(
  home: Home,
  checked: readonly Checked[],
  judging: Judging,
  environment: NodeJS.ProcessEnv,
): Promise<readonly RecordedVerdict[]> {
  const recorded: RecordedVerdict[] = [];
  try {
    const actor = actorOf(environment);
    const record = await openRecord(home, environment, recordClock);
    try {
      for (const one of checked) {
        const inventory = await recordScan(record, one.report, actor);
        recorded.push(await recordVerdict(record, one, judging, inventory, actor));
      }
      printProblems(await indexScans(record));
    } finally {
      printProblems(await record.close());
    }
  } catch (error) {
    reportError(error);
    const missing = checked.length - recorded.length;
    if (missing > 0) {
      const which = checked.length === 1 ? 'The verdict is' : `${missing} of ${checked.length} verdicts are`;
      process.stderr.write(`  ${which} NOT on the record.\n`);
    }
  }
  return recorded;
}
