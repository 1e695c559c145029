import type { Part, ShellWord } from '#buildfile/shell/ast.ts';
import { readDollar, readParts } from '#buildfile/shell/expansions.ts';
import { deeper, GaveUp, looksAt, peek, type Reader, rangeFrom, skipLines } from '#buildfile/shell/reader.ts';

const NAME_AND_EQUALS = /^[A-Za-z_][A-Za-z0-9_]*\+?=$/;

/** A word, up to a blank or an operator; undefined where none begins. @throws GaveUp for quotes that do not end */
export function readWord(reader: Reader): ShellWord | undefined {
  const start = reader.at;
  const parts: Part[] = [];
  let literal = '';
  let from = start;
  const flush = () => {
    if (literal !== '') parts.push({ kind: 'literal', text: literal, at: { start: from, end: reader.at } });
    literal = '';
  };
  const add = (part: Part) => {
    parts.push(part);
    from = reader.at;
  };
  for (let char = peek(reader); char !== '' && !ends(reader, char); char = peek(reader)) {
    if (literal === '') from = reader.at;
    if (char === '\\') {
      if (peek(reader, 1) === '\n') reader.at += 2;
      else {
        flush();
        const at = reader.at;
        reader.at += Math.min(2, reader.end - reader.at);
        add({ kind: 'literal', text: reader.text.slice(at + 1, reader.at), at: rangeFrom(reader, at), escaped: true });
      }
    } else if (char === "'" || char === '"' || char === '`' || (char === '$' && opensExpansion(reader))) {
      flush();
      add(readDollar(reader));
    } else if ((char === '<' || char === '>') && peek(reader, 1) === '(') {
      flush();
      const at = reader.at;
      reader.at += 2;
      const body = deeper(reader, () => reader.statements(reader, ')'));
      add({ kind: 'process', body, at: rangeFrom(reader, at) });
    } else if (char === '(' && NAME_AND_EQUALS.test(literal) && parts.length === 0) {
      flush();
      add(deeper(reader, () => readArray(reader)));
    } else if ('?*+@!'.includes(char) && peek(reader, 1) === '(') {
      flush();
      const at = reader.at;
      reader.at += 1;
      skipParentheses(reader);
      add({ kind: 'glob', text: reader.text.slice(at, reader.at), at: rangeFrom(reader, at) });
    } else if (char === '*' || char === '?' || (char === '[' && closes(reader))) {
      flush();
      const at = reader.at;
      reader.at = char === '[' ? reader.text.indexOf(']', reader.at + 2) + 1 : reader.at + 1;
      add({ kind: 'glob', text: reader.text.slice(at, reader.at), at: rangeFrom(reader, at) });
    } else if (char === '{' && braceEnd(reader) > 0) {
      flush();
      const at = reader.at;
      reader.at = braceEnd(reader);
      add({ kind: 'brace', text: reader.text.slice(at, reader.at), at: rangeFrom(reader, at) });
    } else {
      literal += char;
      reader.at += 1;
    }
  }
  flush();
  return parts.length === 0 ? undefined : { parts, at: rangeFrom(reader, start) };
}

/** Parts of text that is already apart, such as what stands in an exec form. */
export function literalWord(text: string, start: number, end: number): ShellWord {
  return { parts: [{ kind: 'literal', text, at: { start, end } }], at: { start, end } };
}

function ends(reader: Reader, char: string): boolean {
  if ((char === '<' || char === '>') && peek(reader, 1) === '(') return false;
  if (char === '(' && /[=]$/.test(reader.text.slice(Math.max(0, reader.at - 1), reader.at))) return false;
  return ' \t\r\n;&|()<>'.includes(char);
}

function opensExpansion(reader: Reader): boolean {
  return /[A-Za-z0-9_{(@*#?$!'"-]/.test(peek(reader, 1));
}

/** Whether a bracket begins a set of characters: it ends before the word does. */
function closes(reader: Reader): boolean {
  const match = /^\[[^\s\]'"`$;&|()<>][^\s\]'"`$;&|()<>]*\]/.exec(reader.text.slice(reader.at, reader.at + 64));
  return match !== null;
}

const MOST_BRACE = 128;

/** Where `{a,b}` or `{1..9}` ends; 0 where braces mean themselves. */
function braceEnd(reader: Reader): number {
  const stop = Math.min(reader.end, reader.at + MOST_BRACE);
  let depth = 0;
  let several = false;
  for (let at = reader.at; at < stop; at += 1) {
    const char = reader.text[at] ?? '';
    if (' \t\r\n;|()<>`'.includes(char)) return 0;
    if (char === '\\') at += 1;
    else if (char === '{') depth += reader.text[at - 1] === '$' ? 0 : 1;
    else if (char === ',' || (char === '.' && reader.text[at + 1] === '.')) several = true;
    else if (char === '}') {
      depth -= 1;
      if (depth === 0) return several ? at + 1 : 0;
    }
  }
  return 0;
}

function readArray(reader: Reader): Part {
  const start = reader.at;
  reader.at += 1;
  const words: ShellWord[] = [];
  for (;;) {
    skipLines(reader);
    if (peek(reader) === ')') break;
    const word = readWord(reader);
    if (word === undefined) throw new GaveUp(start, 'a list in parentheses does not end');
    words.push(word);
  }
  reader.at += 1;
  return { kind: 'array', words, at: rangeFrom(reader, start) };
}

function skipParentheses(reader: Reader): void {
  const start = reader.at;
  let depth = 0;
  do {
    const char = peek(reader);
    if (char === '') throw new GaveUp(start, 'parentheses do not end');
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === "'" || char === '"') readParts(reader, char);
    else reader.at += char === '\\' ? 2 : 1;
  } while (depth > 0);
}

/** Whether a keyword stands here, with nothing of a word after it. */
export function looksAtKeyword(reader: Reader, keyword: string): boolean {
  return looksAt(reader, keyword) && /^$|[\s;&|()<>]/.test(peek(reader, keyword.length));
}
