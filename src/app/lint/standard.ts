import { decode } from '#app/lint/decode.ts';
import { findFiles } from '#app/lint/find-files.ts';
import { looksLikeWorkload, mayBeWorkload } from '#app/lint/find-workloads.ts';
import { readText, surroundingsOf } from '#app/lint/read-text.ts';
import { type Problem, problemOf } from '#core/errors.ts';
import { type FailedCheck, judgePod, type PodSecurityStandard } from '#workload/pod-security/judge-pod.ts';
import type { Misfit } from '#workload/pod-security/pod-facts.ts';
import { readWorkloads } from '#workload/read-workloads.ts';

/** Said, and without harm: everybody takes the last. */
const KEY_TWICE = 'WORKLOAD_KEY_TWICE';

/** One document under a standard. */
export interface StandardVerdict {
  readonly file: string;
  /** `Pod/web`, `Deployment/shop/web`. */
  readonly document: string;
  /** None: it passes, unless it is unclear. */
  readonly failed: readonly FailedCheck[];
  /** Whether it holds values that Kubernetes would refuse: what it passes may change with them. */
  readonly unclear: boolean;
}

export interface StandardOutcome {
  readonly verdicts: readonly StandardVerdict[];
  /** Files that are named and could not be judged, and what could not be read of others. */
  readonly problems: readonly Problem[];
  /** Whether something that was to be judged was not. */
  readonly incomplete: boolean;
}

/**
 * Every object of Kubernetes in files, by a standard and by nothing else. Objects without a pod have nothing that a
 * standard forbids.
 * @throws `LINT_NO_FILE` (usage)
 */
export async function judgeByStandard(
  paths: readonly string[],
  standard: PodSecurityStandard,
  standardInput: () => Promise<Uint8Array>,
): Promise<StandardOutcome> {
  const found = findFiles(paths, mayBeWorkload);
  const problems: Problem[] = [...found.problems];
  const verdicts: StandardVerdict[] = [];
  let incomplete = found.problems.length > 0;
  for (const { path, named } of found.files) {
    try {
      const { text } = path === '-' ? decode(await standardInput(), 'Standard input') : readText(path);
      if (!named && !looksLikeWorkload(text)) continue;
      const read = await readWorkloads(
        { path, text },
        { beside: surroundingsOf(path).beside, variable: () => undefined },
      );
      problems.push(...read.problems);
      if ((named || read.state !== 'template') && read.problems.some(({ code }) => code !== KEY_TWICE))
        incomplete = true;
      const objects = read.documents.filter(({ dialect }) => dialect === 'kubernetes');
      if (named && objects.length === 0 && read.problems.length === 0) {
        const message = `${path === '-' ? 'Standard input' : path} holds no object of Kubernetes`;
        problems.push({
          code: 'LINT_NO_POD',
          message,
          path,
          hint: 'Pod Security Standards judge pods and what makes pods.',
        });
        incomplete = true;
      }
      for (const { name, pod } of objects) {
        const facts = pod?.();
        const failed = facts === undefined ? [] : judgePod(standard, facts);
        const misfits = facts?.misfits ?? [];
        verdicts.push({ file: path, document: name, failed, unclear: misfits.length > 0 });
        problems.push(...misfits.map((misfit) => problemOfMisfit(path, name, misfit)));
        if (misfits.length > 0) incomplete = true;
      }
    } catch (error) {
      problems.push(problemOf(error, path));
      incomplete = true;
    }
  }
  return { verdicts, problems, incomplete };
}

const WANTED = {
  flag: 'true or false',
  number: 'a whole number',
  text: 'a text',
  list: 'a list',
  map: 'a map',
} as const;

function problemOfMisfit(path: string, document: string, { path: inPod, kind, at }: Misfit): Problem {
  const place = at.kind === 'file' ? `:${at.line}:${at.column}` : '';
  return {
    code: 'LINT_POD_VALUE',
    message: `${path === '-' ? 'Standard input' : path}${place}: ${inPod} of ${document} is not ${WANTED[kind]}`,
    path,
    hint: 'Kubernetes refuses such an object. Fill in variables first; write truth values and numbers without quotes.',
  };
}
