/** What is usual of a share: the middle of the earlier ones, and how far they lie from it. */
export interface Usual {
  readonly median: number;
  /** Median of the distances from the median. */
  readonly spread: number;
}

/** Of no numbers, both are 0. */
export function usualOf(values: readonly number[]): Usual {
  const median = middle(values);
  return { median, spread: middle(values.map((value) => Math.abs(value - median))) };
}

/** A spread of normal noise is about two thirds of its standard deviation; five of those are no noise. */
const SPREADS = 7.4;
/** Less than this above what is usual is no sign, however even the history is. */
const LEAST = 0.2;

/** Whether a share between 0 and 1 is far above what is usual. */
export function isUnusual(share: number, { median, spread }: Usual): boolean {
  return share > median + Math.max(LEAST, SPREADS * spread);
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
