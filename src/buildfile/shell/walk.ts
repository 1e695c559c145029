import { once } from '#buildfile/memo.ts';
import type { Part, Redirect, Script, ShellWord, SimpleCommand, Statement } from '#buildfile/shell/ast.ts';

/** What a script holds, the outer before what is in it, in the order of the text. */
export function statementsOf(script: Script): readonly Statement[] {
  return once(script, allStatements);
}

function allStatements({ body }: Script): readonly Statement[] {
  const all: Statement[] = [];
  for (const statement of body) gather(statement, all);
  return all;
}

function gather(statement: Statement, all: Statement[]): void {
  all.push(statement);
  switch (statement.kind) {
    case 'and-or':
      gather(statement.first, all);
      for (const { statement: next } of statement.rest) gather(next, all);
      return;
    case 'pipeline':
      for (const part of statement.parts) gather(part, all);
      return;
    case 'background':
      gather(statement.inner, all);
      return;
    default:
      for (const word of wordsOf(statement)) gatherIn(word.parts, all);
      if (statement.kind !== 'compound') return;
      for (const body of statement.bodies) for (const inner of body) gather(inner, all);
  }
}

function gatherIn(parts: readonly Part[], all: Statement[]): void {
  for (const part of parts) {
    if (part.kind === 'double') gatherIn(part.parts, all);
    else if (part.kind === 'variable') gatherIn(part.inner, all);
    else if (part.kind === 'array') for (const word of part.words) gatherIn(word.parts, all);
    if (part.kind === 'command' || part.kind === 'process') for (const inner of part.body) gather(inner, all);
  }
}

/** All words of a statement that are its own: values that are assigned, its words, what it is redirected to. */
export function wordsOf(statement: Statement): readonly ShellWord[] {
  const redirected = (redirects: readonly Redirect[]) => redirects.map(({ target }) => target);
  switch (statement.kind) {
    case 'simple': {
      const values = statement.assignments.flatMap(({ value }) => (value === undefined ? [] : [value]));
      return [...values, ...statement.words, ...redirected(statement.redirects)];
    }
    case 'compound':
      return [...statement.words, ...redirected(statement.redirects)];
    case 'test':
      return statement.words;
    default:
      return [];
  }
}

/** The simple commands of a script. */
export function simpleCommands(script: Script): readonly SimpleCommand[] {
  return once(script, allSimple);
}

function allSimple(script: Script): readonly SimpleCommand[] {
  return statementsOf(script).filter((statement) => statement.kind === 'simple');
}

/** Whether anything is piped into anything. */
export function hasPipe(script: Script): boolean {
  return statementsOf(script).some((statement) => statement.kind === 'pipeline' && statement.parts.length > 1);
}
