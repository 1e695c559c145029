import type { Problem } from '#core/errors.ts';

const SHOWN = 20;

/** Counts problems of each kind and keeps the first of them. */
export interface ProblemTally {
  add(problem: Problem): void;
  /** The first 20 of each code, and one line that counts the others. */
  list(): readonly Problem[];
}

export function createProblemTally(): ProblemTally {
  const byCode = new Map<string, { readonly first: Problem[]; count: number }>();
  return {
    add(problem) {
      const kind = byCode.get(problem.code) ?? { first: [], count: 0 };
      kind.count += 1;
      if (kind.first.length < SHOWN) kind.first.push(problem);
      byCode.set(problem.code, kind);
    },
    list() {
      return [...byCode].flatMap(([code, { first, count }]) =>
        count <= SHOWN ? first : [...first, { code, message: `${count - SHOWN} more like these, ${count} in all` }],
      );
    },
  };
}
