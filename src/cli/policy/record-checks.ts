import { actorOf } from '#app/home/actor.ts';
import { findHome, type Home } from '#app/home/home.ts';
import { type OpenRecord, openRecord } from '#app/home/open-record.ts';
import type { Checked, Judging } from '#app/policy/check-target.ts';
import { type FirstSeen, firstSeen } from '#app/policy/first-seen.ts';
import { type RecordedVerdict, recordVerdict } from '#app/policy/record-verdict.ts';
import { indexScans, recordScan } from '#app/record-scan.ts';
import { recordedWaivers } from '#app/waiver/recorded-waivers.ts';
import { recordClock } from '#cli/clock.ts';
import { reportError } from '#cli/errors.ts';
import { printProblems } from '#cli/problems.ts';
import { homeToRecordIn } from '#cli/record-scans.ts';
import type { Finding } from '#finding/finding.ts';
import type { Waiver } from '#policy/waiver/waiver-shape.ts';

/** A home's record during checks. What fails is told at once, and remembered: the checks go on without it. */
export interface CheckRecord {
  /** Undefined where it could not be opened. */
  readonly open: OpenRecord | undefined;
  /** Those that were not revoked; also those that are over, which verdicts tell. */
  readonly waivers: readonly Waiver[];
  /** When findings were first recorded; undefined where the record could not be asked. */
  firstSeen(findings: readonly Finding[], now: Date): Promise<FirstSeen | undefined>;
  /** Puts scans and the verdicts over them on the record. What could not be recorded is missing at the end. */
  record(checked: readonly Checked[], judging: Judging): Promise<readonly RecordedVerdict[]>;
  close(): Promise<void>;
  readonly failed: boolean;
}

/**
 * Opens the home's record, which is made with `--record`. Its waivers count, also where nothing is to be recorded.
 * @param wanted false: nothing is recorded; true: there must be a home
 * @throws `HOME_UNREADABLE`
 */
export async function openCheckRecord(
  wanted: boolean | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<CheckRecord | undefined> {
  const home = wanted === false ? findHome(environment) : await homeToRecordIn(wanted, environment);
  if (home === undefined) return undefined;
  let failed = false;
  const trying = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      reportError(error);
      failed = true;
      return undefined;
    }
  };
  const record = await trying(() => openRecord(home as Home, environment, recordClock));
  const known = record && (await trying(() => recordedWaivers(record.ledger, record.catalogue)));
  if (known === undefined) process.stderr.write('  Waivers on the record do not count in this check.\n');
  return {
    open: record,
    waivers: (known ?? []).filter(({ revoked }) => revoked === undefined).map(({ waiver }) => waiver),
    firstSeen: async (findings, now) => {
      if (record === undefined) return undefined;
      const unseen = wanted === false ? null : now.toISOString();
      return trying(() => firstSeen(record, findings, unseen));
    },
    record: async (checked, judging) => {
      const recorded: RecordedVerdict[] = [];
      if (wanted === false) return recorded;
      if (record !== undefined) await trying(() => putAll(record, checked, judging, environment, recorded));
      const missing = checked.length - recorded.length;
      if (missing === 0) return recorded;
      const which = checked.length === 1 ? 'The verdict is' : `${missing} of ${checked.length} verdicts are`;
      process.stderr.write(`  ${which} NOT on the record.\n`);
      return recorded;
    },
    close: async () => {
      if (record !== undefined) printProblems(await record.close());
    },
    get failed() {
      return failed;
    },
  };
}

async function putAll(
  record: OpenRecord,
  checked: readonly Checked[],
  judging: Judging,
  environment: NodeJS.ProcessEnv,
  recorded: RecordedVerdict[],
): Promise<void> {
  const actor = actorOf(environment);
  for (const one of checked) {
    const inventory = await recordScan(record, one.report, actor);
    recorded.push(await recordVerdict(record, one, judging, inventory, actor));
  }
  printProblems(await indexScans(record));
}
