import { type Exposure, exposureOf, NO_EXPOSURE } from '#app/doctor/exposure.ts';
import type { Engine } from '#base/engine/engine.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import type { Reason } from '#core/reason.ts';
import { judgeWorkloads } from '#workload/judge.ts';
import { readWorkloads, type WorkloadFile } from '#workload/read-workloads.ts';

/** How a container is run. */
export interface JudgedContainer {
  readonly id: string;
  readonly exposure: Exposure;
  readonly reasons: readonly Reason[];
}

/** Asks an engine how containers are run, and judges it. What cannot be read is a problem; nothing throws. */
export async function judgeContainers(
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
  const judged = files.map((file): JudgedContainer => {
    const id = file.source.path;
    const [container] = file.documents.flatMap(({ workloads }) => workloads).flatMap(({ containers: all }) => all);
    const found = reasons.get(id) ?? [];
    const exposure = container === undefined ? NO_EXPOSURE : exposureOf(container, found);
    return { id, exposure, reasons: found.map((reason) => knowingUser(reason, exposure, container?.name ?? id)) };
  });
  return { judged, problems };
}

/** What can only be supposed of a file is known of what runs. */
function knowingUser(reason: Reason, { root }: Exposure, name: string): Reason {
  if (reason.rule !== 'run/root-user' || !root || reason.severity === 'high') return reason;
  const sentence = `Container ${name} runs as root: neither it nor its image names another user.`;
  return { ...reason, severity: 'high', sentence };
}

/** What an engine says needs nothing from files. */
const ALONE = { beside: async () => undefined, variable: () => undefined };
