import type { Problem } from '#core/errors.ts';

/** Problems of hostile input: those beyond a limit are counted, not kept. */
export interface ProblemList {
  add(problem: Problem): void;
  /** Ends with one that says how many more there were, if there were any. */
  all(): readonly Problem[];
}

/** @param where what the problems are of, for the last one's sentence: `this layer` */
export function problemList(limit: number, where: string): ProblemList {
  const kept: Problem[] = [];
  let omitted = 0;
  return {
    add: (problem) => {
      if (kept.length < limit) kept.push(problem);
      else omitted += 1;
    },
    all: () => {
      if (omitted === 0) return kept;
      const message = `${omitted} more problems in ${where} are not listed`;
      return [...kept, { code: 'PROBLEMS_OMITTED', message }];
    },
  };
}
