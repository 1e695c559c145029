import type { Undated } from '#policy/rules/rule.ts';

const MOST_NAMED = 3;

/** Sentences about flaws whose days of grace could not be counted from where a policy says: one for each reason. */
export function dateNotes(undated: readonly Undated[]): readonly string[] {
  const notes: string[] = [];
  const fixes = idsOf(undated, 'fix');
  if (fixes.length > 0) {
    notes.push(`When the fix of ${named(fixes)} appeared is not known: \`since: fix\` counts from publication there.`);
  }
  const unseen = idsOf(undated, 'first-seen');
  if (unseen.length > 0) {
    const were = unseen.length === 1 ? 'was' : 'were';
    notes.push(`No record says when ${named(unseen)} ${were} first seen: \`since: first-seen\` gives no grace there.`);
  }
  return notes;
}

function idsOf(undated: readonly Undated[], what: Undated['what']): readonly string[] {
  const all = undated.filter((one) => one.what === what);
  return [...new Set(all.length === 1 ? all[0]?.ids : all.flatMap(({ ids }) => ids))];
}

function named(ids: readonly string[]): string {
  const first = ids.slice(0, MOST_NAMED).join(', ');
  return ids.length > MOST_NAMED ? `${first} and ${ids.length - MOST_NAMED} more` : first;
}
