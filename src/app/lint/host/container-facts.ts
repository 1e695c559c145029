import { judgeRunning } from '#app/running/judge-running.ts';
import { object } from '#base/engine/answers.ts';
import { listContainers } from '#base/engine/containers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { problemOf } from '#core/errors.ts';
import { isObject, type JsonObject, optionalString } from '#core/oci/json.ts';
import type { ContainerFacts, Fact } from '#workload/host/host-facts.ts';

/** How the running containers of an engine are run. Failed where one of them could not be read: then not all are known. */
export async function containerFacts(engine: Engine): Promise<Fact<readonly ContainerFacts[]>> {
  const { judged, problems } = await judgeRunning(engine, await listContainers(engine));
  const [problem] = problems;
  if (problem !== undefined) return { state: 'failed', why: sentence(problem.message) };
  const found: ContainerFacts[] = [];
  for (const { id, name, container, reasons, text } of judged) {
    if (container === undefined) return { state: 'failed', why: `What the engine says of ${name} cannot be read.` };
    const host = part(object(Buffer.from(text), name), 'HostConfig');
    const restart = part(host, 'RestartPolicy');
    const attempts = restart['MaximumRetryCount'];
    found.push({
      ...{ name, container, rules: new Set(reasons.map(({ rule }) => rule)) },
      restart: optionalString(restart, 'Name') ?? '',
      restartAttempts: typeof attempts === 'number' ? attempts : 0,
      limitsChanged: Array.isArray(host['Ulimits']) && host['Ulimits'].length > 0,
      cgroupParent: optionalString(host, 'CgroupParent') ?? '',
      programs: await programsOf(engine, id),
    });
  }
  return { state: 'collected', value: found };
}

function part(value: JsonObject, name: string): JsonObject {
  return isObject(value[name]) ? value[name] : {};
}

/** Names of the programs that run in a container; a paused one tells none. */
async function programsOf(engine: Engine, id: string): Promise<Fact<readonly string[]>> {
  const path = `/containers/${encodeURIComponent(id)}/top?ps_args=${encodeURIComponent('-eo pid,comm')}`;
  try {
    const answer = object((await engine.read(path)) ?? Buffer.from('{}'), path);
    const rows = Array.isArray(answer['Processes']) ? answer['Processes'] : [];
    // Beside the number, without which the engine does not know which are the container's.
    const names = rows.flatMap((row) => (Array.isArray(row) && typeof row[1] === 'string' ? [row[1]] : []));
    if (names.length === 0) return { state: 'failed', why: 'The engine names no process.' };
    return { state: 'collected', value: names };
  } catch (error) {
    return { state: 'failed', why: sentence(problemOf(error).message) };
  }
}

function sentence(text: string): string {
  return `${text}.`.replace(/\.\.$/, '.');
}
