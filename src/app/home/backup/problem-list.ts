import type { Problem } from '#core/errors.ts';

/** Problems, of which many may be alike: the first ones, and how many more there were. */
export interface ProblemList {
  add(problem: Problem): void;
  all(): readonly Problem[];
}

const MOST_LISTED = 20;

export function problemList(): ProblemList {
  const listed: Problem[] = [];
  let more = 0;
  return {
    add: (problem) => {
      if (listed.length < MOST_LISTED) listed.push(problem);
      else more += 1;
    },
    all: () =>
      more === 0 ? listed : [...listed, { code: 'MORE_PROBLEMS', message: `${more} more problems of these kinds` }],
  };
}
