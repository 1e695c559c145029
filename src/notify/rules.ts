import type { Notification, NotificationKind } from '#notify/notification.ts';

/** Which notifications a target gets. */
export interface Rule {
  readonly kinds: readonly NotificationKind[];
  /** Patterns of subjects in which `*` stands for any characters; all subjects when there are none. */
  readonly subjects: readonly string[];
}

/**
 * Whether a target wants it. A test is always wanted.
 * @param parts whether `schedule:nightly` also stands for its parts, `schedule:nightly/volume:db`
 */
export function wants(
  { kinds, subjects }: Rule,
  { kind, subject }: Pick<Notification, 'kind' | 'subject'>,
  parts: boolean,
): boolean {
  if (kind === 'test') return true;
  if (!kinds.includes(kind)) return false;
  return (
    subjects.length === 0 ||
    subjects.some((pattern) => fits(pattern, subject) || (parts && subject.startsWith(`${pattern}/`)))
  );
}

/** From left to right, each part at its first place: no pattern takes more time than its length times the text's. */
function fits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
