import { actorOf } from '#app/home/actor.ts';
import { requireHome } from '#app/home/home.ts';
import { type OpenRecord, openRecord } from '#app/home/open-record.ts';
import { recordClock } from '#cli/clock.ts';
import { printProblems } from '#cli/problems.ts';

/** Does something with the home's record, in the name of whoever runs this, and closes it. @throws `HOME_MISSING`, `LEDGER_*`, `DATABASE_*` */
export async function onRecord<T>(
  environment: NodeJS.ProcessEnv,
  job: (record: OpenRecord, actor: string) => Promise<T>,
): Promise<T> {
  const record = await openRecord(requireHome(environment), environment, recordClock);
  try {
    return await job(record, actorOf(environment));
  } finally {
    printProblems(await record.close());
  }
}
