const MOST_NAMED = 3;

/** Sentences about flaws whose days of grace could not be counted from where a policy says: one for each reason. */
export function dateNotes(undatedFixes: ReadonlySet<string>, unseen: ReadonlySet<string>): readonly string[] {
  const fixes =
    undatedFixes.size === 0
      ? []
      : [`When the fix of ${named(undatedFixes)} appeared is not known: \`since: fix\` counts from publication there.`];
  const seen =
    unseen.size === 0
      ? []
      : [
          `No record says when ${named(unseen)} ${unseen.size === 1 ? 'was' : 'were'} first seen: \`since: first-seen\` gives no grace there.`,
        ];
  return [...fixes, ...seen];
}

function named(ids: ReadonlySet<string>): string {
  const first = [...ids].slice(0, MOST_NAMED).join(', ');
  return ids.size > MOST_NAMED ? `${first} and ${ids.size - MOST_NAMED} more` : first;
}
