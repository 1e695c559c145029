import { Lexer } from 'yaml';

const DEEPEST = 50;
/** Eight blanks a level. */
const MOST_INDENTED = DEEPEST * 8;
/** What the lexer adds to mark documents and scalars. */
const MARKS = new Set(['\u0002', '\u0018', '\u001f']);

/**
 * Where a text is nested too deep for a parser that recurses, undefined where it is not: brackets in brackets, lists in
 * lists on one line, and indentation. Looks at tokens only, in time that grows with the text.
 * @returns the offset
 */
export function tooDeep(text: string): number | undefined {
  let offset = 0;
  let brackets = 0;
  let run = 0;
  let lineBegins = true;
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) {
      run = 0;
      continue;
    }
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets = Math.max(0, brackets - 1);
    if (token === '-' || token === '?' || token === ':') run += 1;
    const blank = /^[ \t]+$/.test(token);
    if (brackets > DEEPEST || run > DEEPEST || (blank && lineBegins && token.length > MOST_INDENTED)) return offset;
    lineBegins = token.endsWith('\n');
    if (lineBegins) run = 0;
    offset += token.length;
  }
  return undefined;
}
