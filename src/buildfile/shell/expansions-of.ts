import { once } from '#buildfile/memo.ts';
import type { Part, Script, ShellWord, Statement } from '#buildfile/shell/ast.ts';
import { literalText } from '#buildfile/shell/text.ts';
import { statementsOf } from '#buildfile/shell/walk.ts';

/** What a word is in its statement. */
export type Role = 'name' | 'argument' | 'assignment' | 'declaration' | 'redirect' | 'loop' | 'subject' | 'test';

/** A word and where it is used. */
export interface UsedWord {
  readonly word: ShellWord;
  readonly role: Role;
  readonly statement: Statement;
}

/** Something that the shell replaces. */
export interface Expansion extends UsedWord {
  readonly part: Extract<Part, { readonly kind: 'variable' | 'command' | 'arithmetic' }>;
  /** Within double quotes. */
  readonly quoted: boolean;
}

const DECLARES: ReadonlySet<string> = new Set(['export', 'readonly', 'local', 'declare', 'typeset']);

/** Every word of a script. */
export function usedWordsOf(script: Script): readonly UsedWord[] {
  return once(script, allWords);
}

function allWords(script: Script): readonly UsedWord[] {
  return statementsOf(script).flatMap(wordsIn);
}

function wordsIn(statement: Statement): readonly UsedWord[] {
  const used = (word: ShellWord, role: Role): UsedWord => ({ word, role, statement });
  switch (statement.kind) {
    case 'simple': {
      const [name, ...rest] = statement.words;
      const declares = name !== undefined && DECLARES.has(literalText(name) ?? '');
      return [
        ...statement.assignments.flatMap(({ value }) => (value === undefined ? [] : [used(value, 'assignment')])),
        ...(name === undefined ? [] : [used(name, 'name')]),
        ...rest.map((word) => used(word, declares && isPair(word) ? 'declaration' : 'argument')),
        ...statement.redirects.map(({ target }) => used(target, 'redirect')),
      ];
    }
    case 'compound': {
      const role = statement.construct === 'for' ? 'loop' : 'subject';
      const redirected = statement.redirects.map(({ target }) => used(target, 'redirect'));
      return [...statement.words.map((word) => used(word, role)), ...redirected];
    }
    case 'test':
      return statement.words.map((word) => used(word, 'test'));
    default:
      return [];
  }
}

function isPair({ parts: [first] }: ShellWord): boolean {
  return first?.kind === 'literal' && /^[A-Za-z_]\w*\+?=/.test(first.text);
}

/** Every expansion of a script, in the order of the statements. */
export function expansionsOf(script: Script): readonly Expansion[] {
  return once(script, allExpansions);
}

function allExpansions(script: Script): readonly Expansion[] {
  return usedWordsOf(script).flatMap((used) => [...inParts(used, used.word.parts, false)]);
}

function* inParts(used: UsedWord, parts: readonly Part[], quoted: boolean): Generator<Expansion> {
  for (const part of parts) {
    if (part.kind === 'double') yield* inParts(used, part.parts, true);
    else if (part.kind === 'array') for (const word of part.words) yield* inParts(used, word.parts, quoted);
    else if (part.kind === 'variable') {
      yield { ...used, part, quoted };
      // Whether what stands for an empty value is split depends on quotes of its own.
      yield* inParts(used, part.inner, true);
    } else if (part.kind === 'command' || part.kind === 'arithmetic') yield { ...used, part, quoted };
  }
}
