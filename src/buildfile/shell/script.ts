import type { Heredoc } from '#buildfile/model/logical-lines.ts';
import { fileOffset, type MappedText, mappedFrom, mappedText } from '#buildfile/model/mapped-text.ts';
import type { Word } from '#buildfile/model/words.ts';
import type { Script, Statement } from '#buildfile/shell/ast.ts';
import { GaveUp, type Reader } from '#buildfile/shell/reader.ts';
import type { ShellInUse } from '#buildfile/shell/shell-in-use.ts';
import { readStatements } from '#buildfile/shell/statements.ts';
import { literalWord } from '#buildfile/shell/words.ts';

/**
 * What a RUN in shell form has executed: its arguments, with the documents that follow; where it consists of a document
 * alone, that. A document for another interpreter (`#!/usr/bin/env python3`) is left alone.
 */
export function shellScript(
  file: string,
  header: MappedText,
  from: number,
  heredocs: readonly Heredoc[],
  shell: ShellInUse,
): Script {
  if (!shell.posix) return left(mappedFrom(header, from), `it is for ${shell.name}`);
  const [only] = heredocs;
  const rest = only === undefined ? '' : header.text.slice(from, only.start) + header.text.slice(only.end);
  if (only !== undefined && heredocs.length === 1 && rest.trim() === '') {
    const body = mappedText(file, [only.body]);
    const [interpreter] = /^#![^\n]*/.exec(body.text) ?? [];
    if (interpreter !== undefined && !/\b(?:ba|da|a|z|k)?sh\b/.test(interpreter)) {
      return left(body, `it is for ${interpreter.slice(2).trim()}`);
    }
    return parseScript(body);
  }
  const args = mappedFrom(header, from);
  if (only === undefined) return parseScript(args);
  const last = heredocs.at(-1) ?? only;
  const lineEnd = file.indexOf('\n', last.body.end);
  const documents = { start: only.body.start, end: lineEnd < 0 ? file.length : lineEnd };
  return parseScript(joined(file, args, documents));
}

/** A script and, on the lines after it, its documents. */
function joined(
  file: string,
  args: MappedText,
  documents: { readonly start: number; readonly end: number },
): MappedText {
  const at = args.text.length + 1;
  return {
    text: `${args.text}\n${file.slice(documents.start, documents.end)}`,
    starts: [...args.starts, at],
    offsets: [...args.offsets, documents.start],
  };
}

/** What a RUN in exec form executes: what a shell is given after `-c`, else the words as they are. */
export function argvScript(file: string, words: readonly Word[]): Script {
  const [program, option, script] = words;
  if (program !== undefined && script !== undefined && words.length === 3) {
    const shell = /^(?:.*\/)?(?:ba|da|a|z|k)?sh$/.test(program.text) && /^-[a-z]*c$/.test(option?.text ?? '');
    // Positions hold only where nothing in the string is escaped.
    if (shell && script.raw === `"${script.text}"`) {
      return parseScript(mappedText(file, [{ start: script.span.start + 1, end: script.span.end - 1 }]));
    }
  }
  const first = program?.span.start ?? 0;
  const at = { start: 0, end: (words.at(-1)?.span.end ?? first) - first };
  const argv = words.map(({ text, span }) => literalWord(text, span.start - first, span.end - first));
  const body: readonly Statement[] =
    argv.length === 0 ? [] : [{ kind: 'simple', assignments: [], words: argv, redirects: [], at }];
  return { text: file.slice(first, first + at.end), fileOffset: (offset) => first + offset, body, memo: new Map() };
}

/** More than anybody runs in one step. */
const MOST_CHARACTERS = 128 * 1024;

/** A script's statements; where it is not understood, none of them, and why. Linear in the text but for nesting. */
function parseScript(mapped: MappedText): Script {
  const { text } = mapped;
  const toFile = (at: number) => fileOffset(mapped, at);
  if (text.length > MOST_CHARACTERS) {
    const why = `they have more than ${MOST_CHARACTERS} characters`;
    return { text, fileOffset: toFile, body: [], memo: new Map(), gaveUp: { at: 0, why, foreign: false } };
  }
  const reader: Reader = { text, at: 0, end: text.length, depth: 0, documents: [], statements: readStatements };
  try {
    return { text, fileOffset: toFile, body: readStatements(reader, ''), memo: new Map() };
  } catch (error) {
    if (!(error instanceof GaveUp)) throw error;
    return {
      text,
      fileOffset: toFile,
      body: [],
      memo: new Map(),
      gaveUp: { at: error.at, why: error.message, foreign: false },
    };
  }
}

function left(mapped: MappedText, why: string): Script {
  const gaveUp = { at: 0, why, foreign: true };
  return { text: mapped.text, fileOffset: (at) => fileOffset(mapped, at), body: [], memo: new Map(), gaveUp };
}
