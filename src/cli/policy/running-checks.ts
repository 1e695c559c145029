import type { Advisories } from '#advisory/advisory.ts';
import { openDefaultAdvisories } from '#app/default-advisories.ts';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { Judging } from '#app/policy/check-target.ts';
import { collectRunning } from '#app/policy/running/collect-running.ts';

/** Looks at the containers that run what is checked. */
export interface RunningChecks {
  readonly ask: NonNullable<Judging['running']>;
  close(): void;
}

/** @param record undefined without a home @throws what opening the advisories throws */
export async function openRunningChecks(
  record: OpenRecord | undefined,
  named: string | undefined,
  now: Date,
  environment: NodeJS.ProcessEnv,
): Promise<RunningChecks> {
  // Only the record tells who wrote, and they are judged by what is known today.
  const advisories: Advisories | undefined =
    record === undefined ? undefined : await openDefaultAdvisories(named, environment);
  return {
    ask: (containers) => collectRunning({ environment, record, advisories, now }, containers),
    close: () => advisories?.close(),
  };
}
