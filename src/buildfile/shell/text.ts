import type { Part, ShellWord, Statement } from '#buildfile/shell/ast.ts';

/** What a word is where nothing in it is expanded; undefined else. */
export function literalText({ parts }: Pick<ShellWord, 'parts'>): string | undefined {
  let text = '';
  for (const part of parts) {
    if (part.kind === 'literal' || (part.kind === 'single' && part.ansi !== true)) text += part.text;
    else if (part.kind === 'double') {
      const inner = literalText(part);
      if (inner === undefined) return undefined;
      text += inner;
    } else return undefined;
  }
  return text;
}

/** A word as it can be compared: without quotes, expansions as `${name}`, brace expansions left out. */
export function plainText({ parts }: Pick<ShellWord, 'parts'>): string {
  return parts.map(partText).join('');
}

/** What stands for what is not known before it runs; it has a `$`, so that nobody takes it for a name. */
const UNKNOWN = '$' + '{VAR}';

function partText(part: Part): string {
  switch (part.kind) {
    case 'literal':
    case 'single':
    case 'glob':
      return part.text;
    case 'double':
      return plainText(part);
    case 'variable':
      return `\${${part.name}${part.operation}}`;
    case 'command':
      return part.backticks ? UNKNOWN : `\${${part.body.map(statementText).join('')}}`;
    case 'arithmetic':
    case 'process':
      return UNKNOWN;
    case 'brace':
    case 'array':
      return '';
  }
}

function statementText(statement: Statement): string {
  return statement.kind === 'simple' ? statement.words.map(plainText).join('') : '';
}
