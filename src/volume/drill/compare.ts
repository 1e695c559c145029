/*
 * A probe is asked before a snapshot, after it, and in the drill. Where the first two answers are the same, the third must
 * be, too. A busy database moves meanwhile: then the numbers may differ by as much again as they moved by.
 */

/** What happened to a probe's value while the snapshot was taken. */
export type Movement =
  | { readonly kind: 'none' }
  /** By how much each number changed, in their order; the text between them is the same. */
  | { readonly kind: 'numbers'; readonly changes: readonly number[] }
  /** The text changed, too: a table came or went. */
  | { readonly kind: 'text' }
  /** It could not be asked afterwards, or nobody recorded it. */
  | { readonly kind: 'unknown' };

/** How a restored value is beside the one from before the snapshot. Reasons say no value: they are recorded. */
export type Comparison =
  | { readonly kind: 'same' }
  /** Other numbers, as near as the snapshot's own time explains. */
  | { readonly kind: 'near' }
  | { readonly kind: 'differs'; readonly why: string }
  | { readonly kind: 'unsure'; readonly why: string };

const NUMBER = /-?\d+(?:\.\d+)?/g;

/** Compares the answers before and after a snapshot. */
export function movementOf(before: string, after: string | undefined): Movement {
  if (after === undefined) return { kind: 'unknown' };
  if (after === before) return { kind: 'none' };
  if (shapeOf(before) !== shapeOf(after)) return { kind: 'text' };
  const old = numbersOf(before);
  return { kind: 'numbers', changes: numbersOf(after).map((value, index) => value - (old[index] ?? 0)) };
}

/** Compares a restored value with the one from before the snapshot. */
export function compareValues(before: string, movement: Movement, restored: string): Comparison {
  if (restored === before) return { kind: 'same' };
  if (movement.kind === 'none') {
    return { kind: 'differs', why: 'it is another than before the snapshot, and it did not move while that was taken' };
  }
  const old = numbersOf(before);
  const now = numbersOf(restored);
  if (restored === '' || (now.every((value) => value === 0) && old.some((value) => value !== 0))) {
    return { kind: 'differs', why: 'it is empty, and was not before the snapshot' };
  }
  if (shapeOf(before) !== shapeOf(restored)) {
    // A new table's line may have come meanwhile; more than that is not known.
    const why = 'it has other words than before the snapshot';
    return movement.kind === 'text'
      ? { kind: 'unsure', why: `${why}, but they changed while that was taken` }
      : { kind: 'differs', why };
  }
  if (movement.kind === 'numbers') {
    const far = now.filter((value, index) => isFar(old[index] ?? 0, movement.changes[index] ?? 0, value)).length;
    if (far === 0) return { kind: 'near' };
    return {
      kind: 'differs',
      why: `${far} of ${now.length} numbers differ by more than they moved while the snapshot was taken`,
    };
  }
  if (now.some((value, index) => isOtherScale(old[index] ?? 0, value))) {
    return { kind: 'differs', why: 'a number is less than half or more than twice what it was before the snapshot' };
  }
  return {
    kind: 'unsure',
    why: 'it is another than before the snapshot, and how it moved while that was taken is not known',
  };
}

/** Outside of before … after, with as much again on both sides. */
function isFar(before: number, change: number, restored: number): boolean {
  const slack = Math.abs(change);
  return restored < Math.min(before, before + change) - slack || restored > Math.max(before, before + change) + slack;
}

function isOtherScale(before: number, restored: number): boolean {
  const [least, most] = [before / 2, before * 2].sort((a, b) => a - b);
  return restored < (least ?? 0) - 1 || restored > (most ?? 0) + 1;
}

function shapeOf(text: string): string {
  return text.replace(NUMBER, '#');
}

function numbersOf(text: string): readonly number[] {
  return (text.match(NUMBER) ?? []).map(Number);
}
