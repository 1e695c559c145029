import type { Heredoc, LogicalLine } from '#buildfile/model/logical-lines.ts';
import type { MappedText } from '#buildfile/model/mapped-text.ts';
import { fileSpan } from '#buildfile/model/mapped-text.ts';
import type { Span } from '#buildfile/model/span.ts';
import { execForm, isBlank, splitWords, type Word, wordAt } from '#buildfile/model/words.ts';
import type { Script } from '#buildfile/shell/ast.ts';
import { argvScript, shellScript } from '#buildfile/shell/script.ts';
import type { ShellInUse } from '#buildfile/shell/shell-in-use.ts';

/** `--name` or `--name=value` before an instruction's arguments. */
export interface Flag {
  readonly name: string;
  /** Undefined without `=`. */
  readonly value?: string;
  readonly span: Span;
}

/** One instruction of a build file. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** As written. */
  readonly written: string;
  readonly keywordSpan: Span;
  /** With what follows it, documents too. */
  readonly span: Span;
  /** Its text without continuations, and where that stands. */
  readonly text: MappedText;
  /** Where the arguments begin in it, after the flags. */
  readonly argsAt: number;
  readonly flags: readonly Flag[];
  /** The strings of an exec form, else words split at blanks. */
  readonly words: readonly Word[];
  readonly exec: boolean;
  readonly heredocs: readonly Heredoc[];
  /** What runs commands in shell form here. */
  readonly shell: ShellInUse;
  /** What RUN has executed. */
  readonly script?: Script;
  /** What ONBUILD holds back. */
  readonly trigger?: Instruction;
}

const WITH_FLAGS: ReadonlySet<string> = new Set(['FROM', 'ADD', 'COPY', 'RUN', 'HEALTHCHECK']);
const WITH_EXEC_FORM: ReadonlySet<string> = new Set(['RUN', 'CMD', 'ENTRYPOINT', 'SHELL', 'ADD', 'COPY', 'VOLUME']);
/** Instructions in instructions, more than any builder takes. */
const MOST_TRIGGERS = 4;

/** @param file all of the text that the line is of */
export function readInstruction(file: string, line: LogicalLine, escapeChar: string, shell: ShellInUse): Instruction {
  return instructionAt(file, line, escapeChar, shell, 0, 0);
}

function instructionAt(
  file: string,
  line: LogicalLine,
  escapeChar: string,
  shell: ShellInUse,
  from: number,
  depth: number,
): Instruction {
  const { header, heredocs } = line;
  const { text } = header;
  let start = from;
  while (isBlank(text[start])) start += 1;
  let end = start;
  while (end < text.length && !isBlank(text[end])) end += 1;
  const written = text.slice(start, end);
  const keyword = written.toUpperCase();
  const { flags, argsAt } = WITH_FLAGS.has(keyword)
    ? readFlags(header, end, escapeChar)
    : { flags: [], argsAt: afterBlanks(text, end) };
  const exec = WITH_EXEC_FORM.has(keyword) ? execForm(header, argsAt) : undefined;
  const first = fileSpan(header, start, end);
  const trigger =
    keyword === 'ONBUILD' && depth < MOST_TRIGGERS && argsAt < text.length
      ? instructionAt(file, line, escapeChar, shell, argsAt, depth + 1)
      : undefined;
  const words = exec ?? splitWords(header, argsAt, escapeChar);
  const script =
    keyword !== 'RUN'
      ? undefined
      : exec === undefined
        ? shellScript(file, header, argsAt, heredocs, shell)
        : argvScript(file, exec);
  return {
    keyword,
    written,
    keywordSpan: first,
    span: { start: first.start, end: line.span.end },
    text: header,
    argsAt,
    flags,
    words,
    exec: exec !== undefined,
    heredocs,
    shell,
    ...(script === undefined ? {} : { script }),
    ...(trigger === undefined ? {} : { trigger }),
  };
}

function readFlags(
  header: MappedText,
  from: number,
  escapeChar: string,
): { readonly flags: readonly Flag[]; readonly argsAt: number } {
  const { text } = header;
  const flags: Flag[] = [];
  let at = afterBlanks(text, from);
  while (text.startsWith('--', at)) {
    let end = at;
    let quote = '';
    for (; end < text.length; end += 1) {
      const char = text[end] ?? '';
      if (char === escapeChar) end += 1;
      else if (quote !== '') quote = char === quote ? '' : quote;
      else if (char === '"' || char === "'") quote = char;
      else if (isBlank(char)) break;
    }
    end = Math.min(end, text.length);
    if (end === at + 2) break;
    const word = wordAt(header, at, end, text.slice(at + 2, end));
    const equals = word.text.indexOf('=');
    const name = equals < 0 ? word.text : word.text.slice(0, equals);
    const value = equals < 0 ? {} : { value: withoutQuotes(word.text.slice(equals + 1)) };
    flags.push({ name: name.toLowerCase(), ...value, span: word.span });
    at = afterBlanks(text, end);
  }
  return { flags, argsAt: at };
}

function afterBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text[at])) at += 1;
  return at;
}

/** Text without the quotes around it. */
export function withoutQuotes(text: string): string {
  const first = text[0];
  const quoted = text.length > 1 && (first === '"' || first === "'") && text.endsWith(first);
  return quoted ? text.slice(1, -1) : text;
}

/** The value of an instruction's flag, the last where there are several. */
export function flagValue({ flags }: Instruction, name: string): string | undefined {
  return flags.findLast((flag) => flag.name === name)?.value;
}
