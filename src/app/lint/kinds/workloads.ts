import { looksLikeWorkload, mayBeWorkload } from '#app/lint/find-workloads.ts';
import type { LintFile, LintKind, Surroundings } from '#app/lint/lint-kind.ts';
import { judgeWorkloads } from '#workload/judge.ts';
import { readWorkloads, type WorkloadFile } from '#workload/read-workloads.ts';
import { RUN_RULES } from '#workload/rules/list.ts';

/** Compose files, objects of Kubernetes, containers of Docker, task definitions of ECS: whatever says what runs. */
export const workloads: LintKind = {
  id: 'workloads',
  title: 'what runs: Compose, Kubernetes, Docker, ECS',
  rules: RUN_RULES,
  mayBe: mayBeWorkload,
  recognises: ({ text }) => looksLikeWorkload(text),
  judge: (file, around) => judgeAll([[file, around]]),
  together: judgeAll,
};

async function judgeAll(files: readonly (readonly [LintFile, Surroundings])[]) {
  const read: WorkloadFile[] = [];
  for (const [{ path, text }, { beside, variable = () => undefined }] of files) {
    read.push(await readWorkloads({ path, text }, { beside, variable }));
  }
  return judgeWorkloads(read);
}
