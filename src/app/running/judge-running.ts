import type { Engine } from '#base/engine/engine.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import type { Reason } from '#core/reason.ts';
import { judgeWorkloads } from '#workload/judge.ts';
import type { Container } from '#workload/model/container.ts';
import { readWorkloads, type WorkloadFile } from '#workload/read-workloads.ts';

/** How a container is run, and what the rules say of it. */
export interface JudgedContainer {
  readonly id: string;
  readonly name: string;
  /** Undefined where the engine's answer could not be read. */
  readonly container: Container | undefined;
  readonly reasons: readonly Reason[];
  /** What the engine says of it, as JSON. */
  readonly text: string;
}

/** Asks an engine how containers are run, and judges it. What cannot be read is a problem; nothing throws. */
export async function judgeRunning(
  engine: Pick<Engine, 'read'>,
  containers: readonly { readonly id: string; readonly name: string }[],
): Promise<{ readonly judged: readonly JudgedContainer[]; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const files: WorkloadFile[] = [];
  for (const { id, name } of containers) {
    try {
      const body = await engine.read(`/containers/${encodeURIComponent(id)}/json`);
      // It ended in between.
      if (body === undefined) continue;
      files.push(await readWorkloads({ path: id, text: body.toString() }, ALONE));
    } catch (error) {
      problems.push(problemOf(error, name));
    }
  }
  const reasons = new Map<string, Reason[]>();
  for (const { path, reasons: found, problems: met } of judgeWorkloads(files)) {
    reasons.set(path, [...(reasons.get(path) ?? []), ...found]);
    problems.push(...met);
  }
  const judged = files.map(({ source: { path: id, text }, documents }): JudgedContainer => {
    const [container] = documents.flatMap(({ workloads }) => workloads).flatMap(({ containers: all }) => all);
    const name = containers.find((one) => one.id === id)?.name ?? id;
    return { id, name, container, text, reasons: reasons.get(id) ?? [] };
  });
  return { judged, problems };
}

/** What an engine says needs nothing from files. */
const ALONE = { beside: async () => undefined, variable: () => undefined };
