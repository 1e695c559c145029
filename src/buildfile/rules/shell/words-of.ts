import type { ShellFinding } from '#buildfile/rules/shell/shell-rule.ts';
import type { Range, Statement } from '#buildfile/shell/ast.ts';
import { literalText, plainText } from '#buildfile/shell/text.ts';

/** What a simple command calls; empty where only a run tells. */
export function nameOf(statement: Statement | undefined): string {
  const [first] = statement?.kind === 'simple' ? statement.words : [];
  return first === undefined ? '' : (literalText(first) ?? '');
}

/** What it is given, without quotes. */
export function argsOf(statement: Statement | undefined): readonly string[] {
  return statement?.kind === 'simple' ? statement.words.slice(1).map(plainText) : [];
}

/** A finding where there is a place. */
export function say(at: Range | undefined, sentence: string): ShellFinding | undefined {
  return at === undefined ? undefined : { at, sentence };
}
