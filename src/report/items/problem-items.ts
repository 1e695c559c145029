import type { Problem } from '#core/errors.ts';
import type { Position } from '#core/position.ts';
import type { ItemDraft, Subject } from '#report/items/item.ts';

/** What could not be read or told of something: never clean, and never a finding. */
export function problemItem({ code, message, path, hint }: Problem, subject: Subject): ItemDraft {
  const where = path === undefined || path === '-' || message.includes(path) ? '' : ` (${path})`;
  return {
    ruleId: code,
    title: 'Something could not be read',
    severity: 'unknown',
    outcome: 'unknown',
    sentence: sentenceOf(`${message}${where}`),
    ...(hint === undefined ? {} : { fix: hint }),
    positions: placesOf(path, subject),
    subject,
    tags: [],
    identity: [path === undefined || path.startsWith('/') ? message : path],
  };
}

/** Something that was named, and why it could not be looked at. */
export interface TargetFailure {
  readonly name: string;
  readonly problem: Problem;
}

/** What was named and could not be looked at: nothing is known of it. */
export function failureItems(failures: readonly TargetFailure[]): readonly ItemDraft[] {
  return failures.map(({ name, problem }) => problemItem(problem, { kind: 'image', name }));
}

function placesOf(path: string | undefined, subject: Subject): readonly Position[] {
  if (subject.kind !== 'file') return [];
  return [{ kind: 'file', path: path ?? subject.name, line: 1, column: 1 }];
}

/** With its full stop. */
export function sentenceOf(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
