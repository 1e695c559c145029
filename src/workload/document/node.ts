import type { Position } from '#core/position.ts';

/** A text that nodes point into. */
export interface SourceText {
  /** As it was named, or found below what was named. */
  readonly path: string;
  readonly text: string;
}

/** Where a node stands in its text: UTF-16 offsets, the end not included. */
export interface Spot {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** A value as it was written: what it means, its reader decides, since every dialect decides that differently. */
export type Node = ScalarNode | ListNode | MapNode;

export interface ScalarNode extends Spot {
  readonly kind: 'scalar';
  readonly text: string;
  /** Written without quotes: only then it may be a number, a truth value or null. */
  readonly plain: boolean;
  /** An explicit one: `!Ref`. */
  readonly tag?: string;
}

export interface ListNode extends Spot {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly tag?: string;
}

export interface MapNode extends Spot {
  readonly kind: 'map';
  /** In their order, merge keys (`<<`) resolved; a name that is given twice is there twice. */
  readonly pairs: readonly Pair[];
  readonly tag?: string;
}

export interface Pair {
  readonly key: ScalarNode;
  readonly value: Node;
}

const EMPTY = /^(?:~|null|Null|NULL|)$/;

/** Whether a value is there and says nothing: null in YAML and JSON. */
export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.plain && node.tag === undefined && EMPTY.test(node.text);
}

const LINE_STARTS = new WeakMap<SourceText, readonly number[]>();

function lineStarts(source: SourceText): readonly number[] {
  const known = LINE_STARTS.get(source);
  if (known !== undefined) return known;
  const starts = [0];
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1)) starts.push(at + 1);
  LINE_STARTS.set(source, starts);
  return starts;
}

function lineAndColumn(source: SourceText, offset: number): { readonly line: number; readonly column: number } {
  const starts = lineStarts(source);
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** Where it stands; of what takes several lines, only where it begins. */
export function positionOf({ source, start, end }: Spot): Position {
  const first = lineAndColumn(source, start);
  const last = lineAndColumn(source, Math.max(start, end - 1));
  const place = { kind: 'file', path: source.path, ...first } as const;
  return first.line === last.line ? { ...place, endLine: last.line, endColumn: last.column } : place;
}
