import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AdvisoriesInfo } from '#advisory/advisory.ts';
import type { AdvisoriesUpdated } from '#advisory/events.ts';
import { advisoriesHome } from '#app/advisories-home.ts';
import { advisoriesStatus } from '#app/advisories-status.ts';
import { buildAdvisories } from '#app/build-advisories.ts';
import { cacheHome } from '#app/cache-home.ts';
import { hasHome } from '#app/home/home-directory.ts';
import type { FetchAnswer } from '#app/http-answer.ts';
import { importAdvisories } from '#app/import-advisories.ts';
import { seenEcosystems } from '#app/seen-ecosystems.ts';
import { updateAdvisories } from '#app/update-advisories.ts';
import { createHttpClient } from '#base/http/client.ts';
import { openRequest } from '#base/http/request.ts';
import { clock } from '#cli/clock.ts';
import { exitCodes } from '#cli/errors.ts';
import { parseOutputs, writeText } from '#cli/output.ts';
import { printProblems } from '#cli/problems.ts';
import { startProgress } from '#cli/progress.ts';
import { count } from '#report/next-steps.ts';

/** Options of the `db` commands, as the command line gives them. */
export interface DbFlags {
  readonly from?: readonly string[];
  readonly out?: string;
  readonly advisories?: string;
  readonly format: string;
  readonly quiet?: true;
}

const DAY_MS = 86_400_000;

/** `holdfast db build`. */
export async function buildCommand(flags: DbFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const { from = [], out = '' } = flags;
  const built = await buildAdvisories({ from, out, now: clock(environment) });
  printProblems(built.problems);
  const inPlace = resolve(out) === resolve(advisoriesHome(environment));
  const recorded = inPlace ? await recordUpdate(updateData(built.info, [], 'build'), environment) : exitCodes.done;
  await print(flags, { file: built.file, sizeBytes: built.sizeBytes, ...built.info, problems: built.problems }, [
    `${built.file}: ${built.info.records} records, ${mebibytes(built.sizeBytes)}`,
    ...ecosystemLines(built.info),
  ]);
  return recorded;
}

/** `holdfast db status`. */
export async function statusCommand(flags: DbFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const { info, file, ageMs } = await advisoriesStatus(flags.advisories, environment, clock(environment));
  const place =
    file === undefined
      ? 'the starter set, part of the program'
      : `${file.path} (${mebibytes(file.sizeBytes)}, checksum holds)`;
  await print(flags, { ...info, ...(file === undefined ? {} : { file }), ageMs }, [
    `Advisories: ${place}`,
    `Made ${info.builtAt}, ${count(Math.floor(ageMs / DAY_MS), 'day')} ago; ${info.records} records from ${info.sources.join(', ')}`,
    ...(info.kind === 'starter' ? ['Only well-known flaws. Get the whole with: holdfast db update'] : []),
    ...ecosystemLines(info),
  ]);
  return exitCodes.done;
}

/** `holdfast db import`. */
export async function importCommand(from: string, flags: DbFlags, environment: NodeJS.ProcessEnv): Promise<number> {
  const file = advisoriesHome(environment);
  const info = await withHttp(environment, (fetch) => importAdvisories({ from, file }, fetch));
  const recorded = await recordUpdate(updateData(info, [], 'import'), environment);
  await print(flags, { file, ...info }, [`${file}: ${info.records} records, made ${info.builtAt}`]);
  return recorded;
}

/** `holdfast db update`. Sources that could not be fetched are problems, and the exit code 1. */
export async function updateCommand(
  names: readonly string[],
  flags: DbFlags,
  environment: NodeJS.ProcessEnv,
): Promise<number> {
  const file = advisoriesHome(environment);
  const ecosystems = names.length > 0 ? names : seenEcosystems(cacheHome(environment));
  const progress = startProgress(flags.quiet === true);
  const options = { ecosystems, file, environment, now: clock(environment) };
  try {
    const updated = await withHttp(environment, (fetch) =>
      updateAdvisories(options, {
        fetch,
        sleep: async (ms) => {
          await delay(ms);
        },
        progress: (source, received, total) => {
          const of = total === undefined ? '' : ` of ${mebibytes(total)}`;
          progress.step(`${source}: ${mebibytes(received)}${of}`);
        },
      }),
    );
    progress.done();
    printProblems(updated.problems);
    const recorded = updated.rebuilt
      ? await recordUpdate(updateData(updated.info, updated.failed, 'update'), environment)
      : exitCodes.done;
    const what = updated.rebuilt ? `new: ${updated.fetched.join(', ') || 'nothing'}` : 'nothing had changed';
    await print(flags, { file, ...updated }, [`${file}: ${updated.info.records} records; ${what}`]);
    return updated.failed.length > 0 ? exitCodes.failed : recorded;
  } finally {
    progress.done();
  }
}

const MOST_SOURCES = 50;

function updateData(info: AdvisoriesInfo, failed: readonly string[], by: AdvisoriesUpdated['by']): AdvisoriesUpdated {
  const { kind, builtAt, records, ecosystems, sources } = info;
  const some = (names: readonly string[]) =>
    names.slice(0, MOST_SOURCES).map((name) => name.toWellFormed().slice(0, 200));
  return {
    ...{ kind, builtAt, records, by },
    ecosystems: Object.keys(ecosystems).length,
    sources: some(sources),
    failed: some(failed),
  };
}

/** Where there is a home, which advisories scans use from now on is on the record. */
async function recordUpdate(data: AdvisoriesUpdated, environment: NodeJS.ProcessEnv): Promise<number> {
  if (!hasHome(environment)) return exitCodes.done;
  const { recordAdvisories } = await import('#cli/record-advisories.ts');
  return recordAdvisories(data, environment);
}

async function withHttp<T>(environment: NodeJS.ProcessEnv, use: (fetch: FetchAnswer) => Promise<T>): Promise<T> {
  const client = createHttpClient({ environment });
  try {
    return await use((request) => openRequest(client, request));
  } finally {
    await client.close();
  }
}

async function print(flags: DbFlags, json: object, lines: readonly string[]): Promise<void> {
  const [output] = parseOutputs([flags.format], ['text', 'json'], 'text');
  await writeText(output?.format === 'json' ? `${JSON.stringify(json, null, 2)}\n` : `${lines.join('\n')}\n`);
}

function ecosystemLines({ ecosystems }: AdvisoriesInfo): readonly string[] {
  return Object.entries(ecosystems)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { records, newest }]) =>
        `  ${name}: ${records}${newest === undefined ? '' : `, newest ${newest.slice(0, 10)}`}`,
    );
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
