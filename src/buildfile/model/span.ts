/** A part of a text, by UTF-16 offsets; the end is not in it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where an offset stands, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Tells places of a text, in time that grows with the logarithm of its lines. */
export function placesOf(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    const line = lastAtMost(starts, offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

/** Index of the last of ascending numbers that is not above a limit; 0 where all are. */
export function lastAtMost(ascending: readonly number[], limit: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}
