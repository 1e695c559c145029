/** A snapshot with its time, and its place on the record where it has one. */
export interface Placed {
  readonly id: string;
  readonly timeMs: number;
  readonly position?: number;
}

/**
 * Which snapshots' times contradict the order of the record: positions never step back, clocks do. The longest series of
 * times that agree is believed; all that is not in it is named, and where there are several such series, what they differ in.
 */
export function outOfOrder(snapshots: readonly Placed[]): ReadonlySet<string> {
  const placed = snapshots
    .flatMap(({ id, timeMs, position }) => (position === undefined ? [] : [{ id, timeMs, position }]))
    .sort((a, b) => a.position - b.position);
  const times = placed.map(({ timeMs }) => timeMs);
  const until = longestUntil(times);
  // From the end, with the signs changed, it is the same question.
  const from = longestUntil(times.map((timeMs) => -timeMs).reverse()).reverse();
  const longest = Math.max(0, ...until);
  const isIn = until.map((length, index) => length + (from[index] ?? 0) - 1 === longest);
  const ranks = new Map<number, number>();
  for (const [index, length] of until.entries()) if (isIn[index]) ranks.set(length, (ranks.get(length) ?? 0) + 1);
  const doubtful = placed.filter((_, index) => !isIn[index] || (ranks.get(until[index] ?? 0) ?? 0) > 1);
  return new Set(doubtful.map(({ id }) => id));
}

/** For each number, the length of the longest series up to it that does not step down. */
function longestUntil(numbers: readonly number[]): number[] {
  /** `ends[n]` is the least number that a series of n + 1 ends with. */
  const ends: number[] = [];
  return numbers.map((number) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? number) <= number) low = middle + 1;
      else high = middle;
    }
    ends[low] = number;
    return low + 1;
  });
}

/** A gap of more than three times the usual one is a machine that was off, or a clock that was set. */
const USUAL_TIMES = 3;

/**
 * How long before the newest one each snapshot is, where a gap that is longer than usual counts as three usual ones: after
 * a year without snapshots, or with a clock that is a year ahead, those before it are not all old at once. With fewer
 * than three snapshots nothing is usual, and gaps count nothing.
 */
export function coveredAges(snapshots: readonly Placed[]): ReadonlyMap<string, number> {
  const sorted = snapshots.toSorted((a, b) => b.timeMs - a.timeMs);
  const gaps = sorted.slice(1).map(({ timeMs }, index) => (sorted[index]?.timeMs ?? timeMs) - timeMs);
  // Without the longest one, which may be the one in question.
  const usual = gaps.toSorted((a, b) => a - b).slice(0, -1);
  const most = (usual[Math.floor(usual.length / 2)] ?? 0) * USUAL_TIMES;
  const ages = new Map<string, number>();
  let ageMs = 0;
  for (const [index, { id }] of sorted.entries()) {
    if (index > 0) ageMs += Math.min(gaps[index - 1] ?? 0, most);
    ages.set(id, ageMs);
  }
  return ages;
}
