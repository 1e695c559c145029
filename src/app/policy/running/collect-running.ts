import type { OpenRecord } from '#app/home/open-record.ts';
import { type DataDeps, dataOf } from '#app/policy/running/data-of.ts';
import type { RunFacts } from '#app/policy/running/run-facts.ts';
import { engineKey } from '#app/volume/observe/look-at-container.ts';
import { connectEngine, type Engine } from '#base/engine/engine.ts';
import { problemOf } from '#core/errors.ts';
import type { JsonObject } from '#core/oci/json.ts';
import type { DataFacts, WorkloadFacts } from '#policy/facts/run-facts.ts';
import { readContainer } from '#volume/discover/engine/inspect-container.ts';
import { judgeWorkloads } from '#workload/judge.ts';
import { readWorkloads } from '#workload/read-workloads.ts';

export interface RunningDeps extends Omit<DataDeps, 'record' | 'engine'> {
  readonly environment: NodeJS.ProcessEnv;
  /** Undefined without a home. */
  readonly record: Pick<OpenRecord, 'ledger' | 'catalogue' | 'blobs' | 'home'> | undefined;
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** More containers of one image are not told apart: the fact is then a part. */
const MOST_CONTAINERS = 200;
const MOST_REASONS = 200;
const MOST_CHARACTERS = 1000;

/**
 * What is known of how containers run an image, and of the data that they keep. Never throws: what could not be asked has
 * failed. A container that ended meanwhile runs no more, and is left out.
 */
export async function collectRunning(deps: RunningDeps, containers: readonly Named[]): Promise<RunFacts> {
  try {
    const engine = await connectEngine(deps.environment);
    const some = containers.slice(0, MOST_CONTAINERS);
    const raws = (await Promise.all(some.map(({ id }) => readContainer(engine, id)))).filter(
      (raw) => raw !== undefined,
    );
    const missing = containers.length - some.length;
    const left = missing === 0 ? undefined : `${missing} of ${containers.length} containers were not looked at`;
    return { workload: await workloadOf(raws, left), data: await dataFact(deps, engine, raws, left) };
  } catch (error) {
    const failed = { state: 'failed', why: sentenceOf(error) } as const;
    return { workload: failed, data: failed };
  }
}

/** All at once, as they run side by side. */
async function workloadOf(raws: readonly JsonObject[], left: string | undefined): Promise<RunFacts['workload']> {
  const nothing = async () => undefined;
  const files = [];
  for (const raw of raws) {
    const source = { path: 'engine', text: JSON.stringify(raw) };
    files.push(await readWorkloads(source, { beside: nothing, variable: () => undefined }));
  }
  const judged = judgeWorkloads(files);
  const [problem] = judged.flatMap(({ problems }) => problems);
  const value = judged.map(
    ({ document = '', reasons }): WorkloadFacts => ({
      name: tame(document),
      reasons: reasons.slice(0, MOST_REASONS).map(({ rule, severity, sentence, fix }) => ({
        ...{ rule, severity, sentence: tame(sentence), fix: fix === undefined ? null : tame(fix) },
      })),
    }),
  );
  const why = problem === undefined ? left : `${problem.message} [${problem.code}]`;
  return why === undefined ? { state: 'collected', value } : { state: 'failed', why, partial: value };
}

async function dataFact(
  { record, ...deps }: RunningDeps,
  engine: Engine,
  raws: readonly JsonObject[],
  left: string | undefined,
): Promise<RunFacts['data']> {
  if (record === undefined) return { state: 'not-collected', why: 'there is no home, whose record tells of snapshots' };
  try {
    const value: DataFacts[] = [...(await dataOf({ ...deps, record, engine: await engineKey(engine) }, raws))];
    return left === undefined ? { state: 'collected', value } : { state: 'failed', why: left, partial: value };
  } catch (error) {
    return { state: 'failed', why: sentenceOf(error) };
  }
}

function sentenceOf(error: unknown): string {
  const { code, message } = problemOf(error);
  return `${message} [${code}]`;
}

function tame(text: string): string {
  return text.slice(0, MOST_CHARACTERS).toWellFormed();
}
