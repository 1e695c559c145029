import { findHeredocs, type HeredocMark } from '#buildfile/model/heredoc-marks.ts';
import { type MappedText, mappedText } from '#buildfile/model/mapped-text.ts';
import type { Span } from '#buildfile/model/span.ts';

/** A document that follows an instruction: `<<EOF`. */
export interface Heredoc extends HeredocMark {
  readonly body: Span;
  /** Its last line was not there. */
  readonly open: boolean;
}

/** An instruction as it was written: lines that continue each other are one, comments and empty lines within are out. */
export interface LogicalLine {
  /** From its first character to the end of its last line. */
  readonly span: Span;
  readonly header: MappedText;
  readonly heredocs: readonly Heredoc[];
}

export interface Comment extends Span {
  /** After the `#`. */
  readonly text: string;
}

export interface Directive {
  /** `syntax`, `escape`, `check`; lower case. */
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

export interface LogicalLines {
  readonly lines: readonly LogicalLine[];
  /** Also those within instructions. */
  readonly comments: readonly Comment[];
  readonly directives: readonly Directive[];
}

interface PhysicalLine {
  readonly start: number;
  /** Without the line's end. */
  readonly end: number;
}

const DIRECTIVE = /^\s*#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=(.*)$/;

/**
 * Splits a file as BuildKit's parser does (frontend/dockerfile/parser): directives only at the very beginning, comments
 * and empty lines within a continued instruction do not end it, documents follow RUN, COPY and ADD. Linear in the text.
 */
export function logicalLines(text: string): LogicalLines {
  const physical = physicalLines(text);
  const directives: Directive[] = [];
  const comments: Comment[] = [];
  const lines: LogicalLine[] = [];
  let next = 0;
  for (; next < physical.length; next += 1) {
    const { start, end } = physical[next] ?? NOTHING;
    const match = DIRECTIVE.exec(text.slice(start, end));
    const [, name = '', value = ''] = match ?? [];
    const known = ['syntax', 'escape', 'check'].includes(name.toLowerCase());
    if (match === null || !known) break;
    directives.push({ name: name.toLowerCase(), value: value.trim(), span: { start, end } });
  }
  const escapeChar = directives.find(({ name }) => name === 'escape')?.value === '`' ? '`' : '\\';
  while (next < physical.length) {
    const first = physical[next] ?? NOTHING;
    next += 1;
    const start = afterBlanks(text, first.start, first.end);
    if (start === first.end) continue;
    if (text[start] === '#') {
      comments.push({ start, end: first.end, text: text.slice(start + 1, first.end) });
      continue;
    }
    const parts: Span[] = [];
    let last = first;
    let continued = addPart(text, { start, end: first.end }, escapeChar, parts);
    while (continued && next < physical.length) {
      const line = physical[next] ?? NOTHING;
      next += 1;
      const at = afterBlanks(text, line.start, line.end);
      if (at === line.end) continue;
      if (text[at] === '#') {
        comments.push({ start: at, end: line.end, text: text.slice(at + 1, line.end) });
        continue;
      }
      last = line;
      continued = addPart(text, line, escapeChar, parts);
    }
    const header = mappedText(text, parts);
    const heredocs: Heredoc[] = [];
    for (const mark of findHeredocs(header.text, escapeChar)) {
      const { heredoc, after } = readHeredoc(text, physical, next, mark);
      heredocs.push(heredoc);
      last = physical[after - 1] ?? last;
      next = after;
    }
    lines.push({ span: { start, end: last.end }, header, heredocs });
  }
  return { lines, comments, directives };
}

const NOTHING: PhysicalLine = { start: 0, end: 0 };

function physicalLines(text: string): readonly PhysicalLine[] {
  const lines: PhysicalLine[] = [];
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end === text.length && start === end) break;
    lines.push({ start, end: text[end - 1] === '\r' && end > start ? end - 1 : end });
    start = end + 1;
  }
  return lines;
}

function afterBlanks(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && (text[at] === ' ' || text[at] === '\t')) at += 1;
  return at;
}

/** Adds a line without its continuation; says whether it has one. A doubled escape character continues nothing. */
function addPart(text: string, { start, end }: PhysicalLine, escapeChar: string, parts: Span[]): boolean {
  let last = end;
  while (last > start && (text[last - 1] === ' ' || text[last - 1] === '\t')) last -= 1;
  const continues =
    text[last - 1] === escapeChar && last > start && (last - 2 < start || text[last - 2] !== escapeChar);
  parts.push({ start, end: continues ? last - 1 : end });
  return continues;
}

function readHeredoc(
  text: string,
  physical: readonly PhysicalLine[],
  from: number,
  mark: HeredocMark,
): { readonly heredoc: Heredoc; readonly after: number } {
  const start = physical[from]?.start ?? text.length;
  for (let at = from; at < physical.length; at += 1) {
    const line = physical[at] ?? NOTHING;
    // Most lines are longer or shorter than the name: those are not cut out.
    const begin = mark.chomp ? afterTabs(text, line) : line.start;
    if (line.end - begin !== mark.name.length || !text.startsWith(mark.name, begin)) continue;
    return { heredoc: { ...mark, body: { start, end: line.start }, open: false }, after: at + 1 };
  }
  return { heredoc: { ...mark, body: { start, end: text.length }, open: true }, after: physical.length };
}

function afterTabs(text: string, { start, end }: PhysicalLine): number {
  let at = start;
  while (at < end && text[at] === '\t') at += 1;
  return at;
}
