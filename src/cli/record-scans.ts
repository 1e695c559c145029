import { actorOf } from '#app/home/actor.ts';
import { findHome, type Home } from '#app/home/home.ts';
import { initHome } from '#app/home/init-home.ts';
import { openRecord } from '#app/home/open-record.ts';
import { indexScans, recordScan } from '#app/record-scan.ts';
import { recordClock } from '#cli/clock.ts';
import { exitCodes, reportError } from '#cli/errors.ts';
import { printProblems } from '#cli/problems.ts';
import type { ScanReportInput } from '#report/scan-report.ts';

/** The home that scans are recorded in: the one that is there; with `--record`, one is made. */
export async function homeToRecordIn(
  record: boolean | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Home | undefined> {
  if (record === false) return undefined;
  const home = findHome(environment);
  if (home !== undefined || record !== true) return home;
  const made = await initHome({ environment, checkpointPlaces: [], actor: actorOf(environment), now: recordClock });
  printProblems(made.problems);
  return made.home;
}

/** Puts scans on the record, one after the other. What could not be recorded is reported. @returns the exit code */
export async function recordScans(
  home: Home,
  reports: readonly ScanReportInput[],
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  let recorded = 0;
  try {
    const record = await openRecord(home, environment, recordClock);
    try {
      for (const report of reports) {
        await recordScan(record, report, actorOf(environment));
        recorded += 1;
      }
      printProblems(await indexScans(record));
    } finally {
      printProblems(await record.close());
    }
    return exitCodes.done;
  } catch (error) {
    reportError(error);
    const which = recorded === 0 ? '' : `: the last ${reports.length - recorded} of ${reports.length}`;
    process.stderr.write(`  ${reports.length === 1 ? 'The scan is' : 'Scans are'} NOT on the record${which}.\n`);
    return exitCodes.failed;
  }
}
