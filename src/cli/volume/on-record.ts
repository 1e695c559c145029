import { requireHome } from '#app/home/home.ts';
import { type OpenRecord, openRecord } from '#app/home/open-record.ts';
import { connectEngine, type EngineControl } from '#base/engine/engine.ts';
import { recordClock } from '#cli/clock.ts';
import { printProblems } from '#cli/problems.ts';

/** Options of commands that work on volumes, with a repository. */
export interface VolumeFlags {
  readonly repo: string;
  readonly engine?: string;
  readonly format: 'text' | 'json';
}

/** The engine that `--engine` names, else the one of the environment. @throws `ENGINE_*` */
export function engineOf(
  { engine }: Pick<VolumeFlags, 'engine'>,
  environment: NodeJS.ProcessEnv,
): Promise<EngineControl> {
  return connectEngine(engine === undefined ? environment : { ...environment, DOCKER_HOST: engine });
}

/** Does something with the home's record, and closes it. @throws `HOME_MISSING`, `LEDGER_*`, `DATABASE_*` */
export async function onRecord<T>(environment: NodeJS.ProcessEnv, job: (record: OpenRecord) => Promise<T>): Promise<T> {
  const record = await openRecord(requireHome(environment), environment, recordClock);
  try {
    return await job(record);
  } finally {
    printProblems(await record.close());
  }
}
