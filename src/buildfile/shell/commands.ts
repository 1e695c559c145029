import type { Assignment, CompoundCommand, Redirect, ShellWord, Statement } from '#buildfile/shell/ast.ts';
import {
  deeper,
  GaveUp,
  looksAt,
  peek,
  type Reader,
  rangeFrom,
  skipBlanks,
  skipLines,
} from '#buildfile/shell/reader.ts';
import { literalText } from '#buildfile/shell/text.ts';
import { looksAtKeyword, readWord } from '#buildfile/shell/words.ts';

/** Reads the statements of a construct up to the word that ends it. */
type ReadBody = (reader: Reader) => readonly Statement[];

/** One command of a pipeline, simple or a construct. @throws GaveUp for what is not understood */
export function readCommand(reader: Reader, readBody: ReadBody): Statement {
  return deeper(reader, () => {
    const start = reader.at;
    const construct = readConstruct(reader, readBody);
    if (construct === undefined) return looksAtKeyword(reader, '[[') ? readTest(reader) : readSimple(reader, readBody);
    const redirects = readRedirects(reader);
    return { kind: 'compound', ...construct, redirects, at: rangeFrom(reader, start) };
  });
}

type Construct = Omit<CompoundCommand, 'kind' | 'redirects' | 'at'>;

function readConstruct(reader: Reader, readBody: ReadBody): Construct | undefined {
  if (looksAt(reader, '((')) {
    skipArithmetic(reader);
    return { construct: 'arithmetic', words: [], bodies: [] };
  }
  if (peek(reader) === '(') {
    reader.at += 1;
    return { construct: 'subshell', words: [], bodies: [reader.statements(reader, ')')] };
  }
  if (looksAtKeyword(reader, '{')) {
    take(reader, '{');
    const body = readBody(reader);
    take(reader, '}');
    return { construct: 'group', words: [], bodies: [body] };
  }
  if (looksAtKeyword(reader, 'if')) return readIf(reader, readBody);
  for (const word of ['while', 'until'] as const) {
    if (!looksAtKeyword(reader, word)) continue;
    take(reader, word);
    const condition = readBody(reader);
    return { construct: word, words: [], bodies: [condition, readLoop(reader, readBody)] };
  }
  if (looksAtKeyword(reader, 'for') || looksAtKeyword(reader, 'select')) return readFor(reader, readBody);
  if (looksAtKeyword(reader, 'case')) return readCase(reader, readBody);
  if (looksAtKeyword(reader, 'function')) {
    take(reader, 'function');
    const name = literalText(expectWord(reader));
    skipBlanks(reader);
    if (peek(reader) === '(') skipEmptyParentheses(reader);
    return readFunction(reader, readBody, name ?? '');
  }
  return undefined;
}

function readFunction(reader: Reader, readBody: ReadBody, name: string): Construct {
  skipLines(reader);
  return { construct: 'function', name, words: [], bodies: [[readCommand(reader, readBody)]] };
}

function readIf(reader: Reader, readBody: ReadBody): Construct {
  const bodies: (readonly Statement[])[] = [];
  take(reader, 'if');
  for (;;) {
    bodies.push(readBody(reader));
    take(reader, 'then');
    bodies.push(readBody(reader));
    if (!looksAtKeyword(reader, 'elif')) break;
    take(reader, 'elif');
  }
  if (looksAtKeyword(reader, 'else')) {
    take(reader, 'else');
    bodies.push(readBody(reader));
  }
  take(reader, 'fi');
  return { construct: 'if', words: [], bodies };
}

function readLoop(reader: Reader, readBody: ReadBody): readonly Statement[] {
  skipLines(reader);
  take(reader, 'do');
  const body = readBody(reader);
  take(reader, 'done');
  return body;
}

function readFor(reader: Reader, readBody: ReadBody): Construct {
  take(reader, looksAtKeyword(reader, 'for') ? 'for' : 'select');
  skipBlanks(reader);
  const words: ShellWord[] = [];
  let name = '';
  if (looksAt(reader, '((')) {
    skipArithmetic(reader);
  } else {
    name = literalText(expectWord(reader)) ?? '';
    skipLines(reader);
    if (looksAtKeyword(reader, 'in')) {
      take(reader, 'in');
      for (let word = nextWord(reader); word !== undefined; word = nextWord(reader)) words.push(word);
    }
  }
  skipBlanks(reader);
  if (peek(reader) === ';') reader.at += 1;
  return { construct: 'for', name, words, bodies: [readLoop(reader, readBody)] };
}

/** `(( … ))`, with what is in parentheses within. */
function skipArithmetic(reader: Reader): void {
  const start = reader.at;
  let depth = 0;
  do {
    const char = peek(reader);
    if (char === '') throw new GaveUp(start, 'parentheses do not end');
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    reader.at += 1;
  } while (depth > 0);
}

function readCase(reader: Reader, readBody: ReadBody): Construct {
  take(reader, 'case');
  skipBlanks(reader);
  const words = [expectWord(reader)];
  skipLines(reader);
  take(reader, 'in');
  const bodies: (readonly Statement[])[] = [];
  for (skipLines(reader); !looksAtKeyword(reader, 'esac'); skipLines(reader)) {
    if (peek(reader) === '(') reader.at += 1;
    for (;;) {
      skipBlanks(reader);
      expectWord(reader);
      skipBlanks(reader);
      if (peek(reader) !== '|') break;
      reader.at += 1;
    }
    if (peek(reader) !== ')') throw new GaveUp(reader.at, 'a pattern does not end');
    reader.at += 1;
    bodies.push(readBody(reader));
    if (looksAt(reader, ';;&')) reader.at += 3;
    else if (looksAt(reader, ';;') || looksAt(reader, ';&')) reader.at += 2;
    else if (!looksAtKeyword(reader, 'esac')) throw new GaveUp(reader.at, 'a case does not end');
  }
  take(reader, 'esac');
  return { construct: 'case', words, bodies };
}

/** `[[ … ]]`: its words, operators left out. */
function readTest(reader: Reader): Statement {
  const start = reader.at;
  const words: ShellWord[] = [];
  reader.at += 2;
  for (let afterMatch = false; ; ) {
    skipLines(reader);
    if (looksAtKeyword(reader, ']]')) break;
    const char = peek(reader);
    if (char === '') throw new GaveUp(start, '[[ does not end');
    if (afterMatch) {
      skipPattern(reader);
      afterMatch = false;
    } else if ('&|()<>'.includes(char)) reader.at += 1;
    else {
      const word = expectWord(reader);
      afterMatch = literalText(word) === '=~';
      words.push(word);
    }
  }
  reader.at += 2;
  readRedirects(reader);
  return { kind: 'test', words, at: rangeFrom(reader, start) };
}

/** What follows `=~`, up to a blank that is not quoted. */
function skipPattern(reader: Reader): void {
  let quote = '';
  for (let char = peek(reader); char !== '' && (quote !== '' || !/\s/.test(char)); char = peek(reader)) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    reader.at += char === '\\' ? 2 : 1;
  }
}

function readSimple(reader: Reader, readBody: ReadBody): Statement {
  const start = reader.at;
  const assignments: Assignment[] = [];
  const words: ShellWord[] = [];
  const redirects: Redirect[] = [];
  let end = start;
  for (;;) {
    skipBlanks(reader);
    const redirect = readRedirect(reader);
    if (redirect !== undefined) redirects.push(redirect);
    else {
      const word = readWord(reader);
      if (word === undefined) break;
      const assignment = words.length === 0 ? assignmentOf(word) : undefined;
      if (assignment !== undefined) assignments.push(assignment);
      else words.push(word);
      const [only] = words;
      if (words.length === 1) skipBlanks(reader);
      if (words.length === 1 && only !== undefined && assignments.length === 0 && peek(reader) === '(') {
        const name = literalText(only);
        if (name === undefined) throw new GaveUp(reader.at, 'parentheses stand where none may');
        skipEmptyParentheses(reader);
        const construct = readFunction(reader, readBody, name);
        return { kind: 'compound', ...construct, redirects, at: rangeFrom(reader, start) };
      }
    }
    end = redirect?.at.end ?? words.at(-1)?.at.end ?? reader.at;
  }
  if (end === start) throw new GaveUp(start, 'a command is missing');
  return { kind: 'simple', assignments, words, redirects, at: { start, end } };
}

function assignmentOf(word: ShellWord): Assignment | undefined {
  const [first, ...rest] = word.parts;
  if (first?.kind !== 'literal' || first.escaped) return undefined;
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(\+?)=/.exec(first.text);
  if (match === null) return undefined;
  const [whole, name = '', plus] = match;
  const left = first.text.slice(whole.length);
  const from = first.at.start + whole.length;
  const parts = left === '' ? rest : [{ ...first, text: left, at: { start: from, end: first.at.end } }, ...rest];
  const value = parts.length === 0 ? {} : { value: { parts, at: { start: from, end: word.at.end } } };
  return { name, ...value, append: plus === '+', at: word.at };
}

const REDIRECT = /^(?:[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})?(?:<<<|<<-|<<|<&|<>|<|&>>|&>|>>|>&|>\||>)/;

function readRedirects(reader: Reader): readonly Redirect[] {
  const redirects: Redirect[] = [];
  for (;;) {
    skipBlanks(reader);
    const redirect = readRedirect(reader);
    if (redirect === undefined) return redirects;
    redirects.push(redirect);
  }
}

function readRedirect(reader: Reader): Redirect | undefined {
  if (!/[0-9{<>&]/.test(peek(reader))) return undefined;
  const [operator] = REDIRECT.exec(reader.text.slice(reader.at, Math.min(reader.end, reader.at + 80))) ?? [];
  if (operator === undefined || ((operator === '<' || operator === '>') && peek(reader, 1) === '(')) return undefined;
  const start = reader.at;
  reader.at += operator.length;
  skipBlanks(reader);
  const target = expectWord(reader);
  if (operator.endsWith('<<') || operator.endsWith('<<-')) {
    reader.documents.push({ name: literalText(target) ?? '', chomp: operator.endsWith('-') });
  }
  return { operator, target, at: rangeFrom(reader, start) };
}

function skipEmptyParentheses(reader: Reader): void {
  reader.at += 1;
  skipBlanks(reader);
  if (peek(reader) !== ')') throw new GaveUp(reader.at, 'parentheses stand where none may');
  reader.at += 1;
}

function nextWord(reader: Reader): ShellWord | undefined {
  skipBlanks(reader);
  return readWord(reader);
}

function expectWord(reader: Reader): ShellWord {
  const word = nextWord(reader);
  if (word === undefined) throw new GaveUp(reader.at, 'a word is missing');
  return word;
}

function take(reader: Reader, keyword: string): void {
  skipLines(reader);
  if (!looksAtKeyword(reader, keyword)) throw new GaveUp(reader.at, `${keyword} is missing`);
  reader.at += keyword.length;
}
