import type { AdvisoriesUpdated } from '#advisory/events.ts';
import { actorOf } from '#app/home/actor.ts';
import { requireHome } from '#app/home/home.ts';
import { openRecord } from '#app/home/open-record.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes, reportError } from '#cli/errors.ts';
import { printProblems } from '#cli/problems.ts';

/** Puts an update of the advisories on the record. What could not be recorded is reported. @returns the exit code */
export async function recordAdvisories(data: AdvisoriesUpdated, environment: NodeJS.ProcessEnv): Promise<number> {
  try {
    const record = await openRecord(requireHome(environment), environment, recordClock);
    try {
      const events = [{ type: 'advisories.updated', data }] as const;
      await record.ledger.append({ stream: 'advisories', events, actor: actorOf(environment) });
    } finally {
      printProblems(await record.close());
    }
    return exitCodes.done;
  } catch (error) {
    reportError(error);
    process.stderr.write('  The advisories are in place; that they are new is NOT on the record.\n');
    return exitCodes.failed;
  }
}
