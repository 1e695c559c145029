import { fileSpan, type MappedText } from '#buildfile/model/mapped-text.ts';
import type { Span } from '#buildfile/model/span.ts';

/** A word of an instruction. */
export interface Word {
  /** As written. */
  readonly raw: string;
  /** Without quotes and escapes; variables as written. */
  readonly text: string;
  /** In the file. */
  readonly span: Span;
  /** In the instruction's text. */
  readonly at: Span;
}

/** Splits at blanks that are neither quoted nor escaped, as builders do for everything but shell commands. */
export function splitWords(mapped: MappedText, from: number, escapeChar: string): readonly Word[] {
  const { text } = mapped;
  const words: Word[] = [];
  for (let at = from; at < text.length; ) {
    if (isBlank(text[at])) {
      at += 1;
      continue;
    }
    const { end, value } = readWord(text, at, escapeChar);
    words.push(wordAt(mapped, at, end, value));
    at = end;
  }
  return words;
}

/** A word between two places of an instruction's text. */
export function wordAt(mapped: MappedText, start: number, end: number, text: string): Word {
  return { raw: mapped.text.slice(start, end), text, span: fileSpan(mapped, start, end), at: { start, end } };
}

export function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '\v' || char === '\f';
}

function readWord(text: string, start: number, escapeChar: string): { readonly end: number; readonly value: string } {
  const kept: string[] = [];
  let quote = '';
  let at = start;
  for (; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === escapeChar && quote !== "'" && at + 1 < text.length) {
      const next = text[at + 1] ?? '';
      // Within double quotes the escape character stands for itself before most others.
      if (quote === '"' && next !== '"' && next !== '$' && next !== escapeChar) kept.push(char);
      kept.push(next);
      at += 1;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else kept.push(char);
    } else if (char === '"' || char === "'") quote = char;
    else if (isBlank(char)) break;
    else kept.push(char);
  }
  return { end: at, value: kept.join('') };
}

/** The strings of an exec form, `["a", "b"]`; undefined where it is none and the words go to a shell. */
export function execForm(mapped: MappedText, from: number): readonly Word[] | undefined {
  const { text } = mapped;
  let at = from;
  while (isBlank(text[at])) at += 1;
  if (text[at] !== '[') return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.slice(at));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed) || !parsed.every((one) => typeof one === 'string')) return undefined;
  const words: Word[] = [];
  for (const value of parsed as readonly string[]) {
    // It parsed, so each string is there, in this order.
    const start = text.indexOf('"', at);
    let end = start + 1;
    while (text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    words.push(wordAt(mapped, start, end + 1, value));
    at = end + 1;
  }
  return words;
}
