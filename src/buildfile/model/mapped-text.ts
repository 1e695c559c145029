import { lastAtMost, type Span } from '#buildfile/model/span.ts';

/** Text put together from parts of a file, and where each part came from. */
export interface MappedText {
  readonly text: string;
  /** Where parts begin in the text, ascending, and in the file. */
  readonly starts: readonly number[];
  readonly offsets: readonly number[];
}

/** Puts parts of a file together. */
export function mappedText(file: string, parts: readonly Span[]): MappedText {
  const starts: number[] = [];
  const offsets: number[] = [];
  const pieces: string[] = [];
  let length = 0;
  for (const { start, end } of parts) {
    if (start >= end) continue;
    starts.push(length);
    offsets.push(start);
    pieces.push(file.slice(start, end));
    length += end - start;
  }
  if (starts.length === 0) {
    starts.push(0);
    offsets.push(parts[0]?.start ?? 0);
  }
  return { text: pieces.join(''), starts, offsets };
}

/** Where a character stands in the file. */
export function fileOffset({ starts, offsets }: MappedText, at: number): number {
  const part = lastAtMost(starts, at);
  return (offsets[part] ?? 0) + (at - (starts[part] ?? 0));
}

/** Where a stretch stands in the file: from its first character to after its last. */
export function fileSpan(mapped: MappedText, start: number, end: number): Span {
  const from = fileOffset(mapped, start);
  return { start: from, end: end <= start ? from : fileOffset(mapped, end - 1) + 1 };
}

/** The same from a character on. */
export function mappedFrom({ text, starts, offsets }: MappedText, at: number): MappedText {
  const part = lastAtMost(starts, at);
  const rest = starts.slice(part).map((start) => Math.max(0, start - at));
  const moved = offsets.slice(part);
  moved[0] = (offsets[part] ?? 0) + (at - (starts[part] ?? 0));
  return { text: text.slice(at), starts: rest, offsets: moved };
}
