import type { Judged } from '#core/judged.ts';
import { judgeWorkloads } from '#workload/judge.ts';
import { readWorkloads, type WorkloadFile } from '#workload/read-workloads.ts';

/** Files by their paths, as they would lie in the current directory. */
type Files = Readonly<Record<string, string>>;

/** Reads the first of some files; the others lie beside it. */
export async function readFrom(
  files: Files,
  variables: Files = {},
  path = Object.keys(files)[0] ?? '',
): Promise<WorkloadFile> {
  return readWorkloads(
    { path, text: files[path] ?? '' },
    { beside: async (name) => files[name.replace(/^\.\//, '')], variable: (name) => variables[name] },
  );
}

/** What is said of files that are judged together. */
export async function judged(files: Files): Promise<readonly Judged[]> {
  return judgeWorkloads(await Promise.all(Object.keys(files).map((path) => readFrom(files, {}, path))));
}

/** Ids of the rules that spoke, without `run/`, sorted, each once. */
export async function rulesOf(text: string, path = 'f.yaml'): Promise<readonly string[]> {
  const reasons = (await judged({ [path]: text })).flatMap((one) => one.reasons);
  return [...new Set(reasons.map(({ rule }) => rule.replace('run/', '')))].sort();
}
