import { findingsOf, type JudgeOptions, type RuledFinding } from '#buildfile/judge.ts';
import { placesOf } from '#buildfile/model/span.ts';
import { applyEdits } from '#core/apply-edits.ts';
import type { TextEdit } from '#core/text-edit.ts';

/** Beyond this many, or in larger files, edits are made all together or not at all. */
const MOST_ONE_BY_ONE = 60;
const MOST_CHARACTERS_ONE_BY_ONE = 128 * 1024;

/**
 * Edits that clear findings and make no new ones: each is tried, and what does not keep that promise is left out. Never
 * two that overlap.
 */
export function fixesFor(text: string, options: JudgeOptions, wanted: (rule: string) => boolean): readonly TextEdit[] {
  const before = findingsOf(text, options);
  const groups = withoutOverlaps(before.filter(({ rule, edits }) => wanted(rule.id) && (edits?.length ?? 0) > 0));
  if (groups.length === 0) return [];
  const keys = keysOf(text, before);
  const all = groups.flatMap(({ edits }) => edits);
  if (isBetter(text, all, groups, keys, options)) return all;
  if (groups.length > MOST_ONE_BY_ONE || text.length > MOST_CHARACTERS_ONE_BY_ONE) return [];
  const kept: Group[] = [];
  for (const group of groups) {
    const tried = [...kept, group];
    if (
      isBetter(
        text,
        tried.flatMap(({ edits }) => edits),
        tried,
        keys,
        options,
      )
    )
      kept.push(group);
  }
  return kept.flatMap(({ edits }) => edits);
}

interface Group {
  readonly finding: RuledFinding;
  readonly edits: readonly TextEdit[];
}

function withoutOverlaps(findings: readonly RuledFinding[]): readonly Group[] {
  const taken: TextEdit[] = [];
  return findings.flatMap((finding) => {
    const edits = finding.edits ?? [];
    if (edits.some((edit) => taken.some((other) => touches(edit, other)))) return [];
    taken.push(...edits);
    return [{ finding, edits }];
  });
}

/** Also two that put something at the same place: which comes first would be chance. */
function touches(a: TextEdit, b: TextEdit): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** How often each rule speaks on each line: edits add no lines. */
function keysOf(text: string, findings: readonly RuledFinding[]): ReadonlyMap<string, number> {
  const placeOf = placesOf(text);
  const keys = new Map<string, number>();
  for (const { rule, instruction } of findings) {
    const key = `${rule.id}@${placeOf(instruction.span.start).line}`;
    keys.set(key, (keys.get(key) ?? 0) + 1);
  }
  return keys;
}

/** Whether the findings that the edits are for are gone, and no others came. */
function isBetter(
  text: string,
  edits: readonly TextEdit[],
  groups: readonly Group[],
  before: ReadonlyMap<string, number>,
  options: JudgeOptions,
): boolean {
  const mended = applyEdits(text, edits);
  const after = keysOf(mended, findingsOf(mended, options));
  const gone = keysOf(
    text,
    groups.map(({ finding }) => finding),
  );
  for (const [key, times] of after) {
    if (times > (before.get(key) ?? 0) - (gone.get(key) ?? 0)) return false;
  }
  return true;
}
