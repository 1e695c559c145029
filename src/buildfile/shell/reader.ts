import type { Range, Statement } from '#buildfile/shell/ast.ts';

/** A script being read. */
export interface Reader {
  readonly text: string;
  at: number;
  /** Where a command substitution ends; the text's length otherwise. */
  end: number;
  depth: number;
  /** Documents whose bodies begin after the line. */
  readonly documents: { readonly name: string; readonly chomp: boolean }[];
  /** Statements up to a `)` or the end: given from outside, since words hold statements and statements words. */
  readonly statements: (reader: Reader, closing: ')' | '') => readonly Statement[];
}

/** What stops the reading of a script: it is then left alone. Never leaves this folder. */
export class GaveUp extends Error {
  readonly at: number;

  constructor(at: number, why: string) {
    super(why);
    this.at = at;
  }
}

const MOST_DEPTH = 60;

/** Reads what is one level deeper. @throws GaveUp */
export function deeper<T>(reader: Reader, read: () => T): T {
  if (reader.depth >= MOST_DEPTH) throw new GaveUp(reader.at, 'it is nested too deeply');
  reader.depth += 1;
  const result = read();
  reader.depth -= 1;
  return result;
}

export function peek(reader: Reader, ahead = 0): string {
  const at = reader.at + ahead;
  return at < reader.end ? (reader.text[at] ?? '') : '';
}

export function looksAt(reader: Reader, text: string): boolean {
  return reader.at + text.length <= reader.end && reader.text.startsWith(text, reader.at);
}

export function rangeFrom(reader: Reader, start: number): Range {
  return { start, end: reader.at };
}

/** Blanks, continued lines, and a comment up to the end of its line. */
export function skipBlanks(reader: Reader): void {
  for (;;) {
    const char = peek(reader);
    if (char === ' ' || char === '\t' || char === '\r') reader.at += 1;
    else if (char === '\\' && peek(reader, 1) === '\n') reader.at += 2;
    else if (char === '\\' && peek(reader, 1) === '\r' && peek(reader, 2) === '\n') reader.at += 3;
    else if (char === '#') {
      const newline = reader.text.indexOf('\n', reader.at);
      reader.at = newline < 0 || newline > reader.end ? reader.end : newline;
    } else return;
  }
}

/** The same, and ends of lines with the documents that follow them. */
export function skipLines(reader: Reader): void {
  for (skipBlanks(reader); peek(reader) === '\n'; skipBlanks(reader)) endLine(reader);
}

/** Goes past the end of a line and the documents that were announced in it. */
export function endLine(reader: Reader): void {
  reader.at += 1;
  for (const { name, chomp } of reader.documents.splice(0)) {
    for (let done = false; !done && reader.at < reader.end; ) {
      const newline = reader.text.indexOf('\n', reader.at);
      const stop = newline < 0 || newline > reader.end ? reader.end : newline;
      let start = reader.at;
      while (chomp && reader.text[start] === '\t') start += 1;
      const length = reader.text[stop - 1] === '\r' ? stop - 1 - start : stop - start;
      done = length === name.length && reader.text.startsWith(name, start);
      reader.at = Math.min(stop + 1, reader.end);
    }
  }
}
