import type { TextEdit } from '#core/text-edit.ts';

/** The text with edits made, in any order; of two that overlap the first stands. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const inOrder = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let done = 0;
  let result = '';
  for (const { start, end, text: put } of inOrder) {
    if (start < done || end < start || end > text.length) continue;
    result += text.slice(done, start) + put;
    done = end;
  }
  return result + text.slice(done);
}
