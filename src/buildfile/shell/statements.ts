import type { AndOr, Statement } from '#buildfile/shell/ast.ts';
import { readCommand } from '#buildfile/shell/commands.ts';
import {
  endLine,
  GaveUp,
  looksAt,
  peek,
  type Reader,
  rangeFrom,
  skipBlanks,
  skipLines,
} from '#buildfile/shell/reader.ts';
import { looksAtKeyword } from '#buildfile/shell/words.ts';

const CLOSING_WORDS = ['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}'] as const;

/** Statements up to a closing parenthesis, which is taken, or to a word that ends a construct or the end, which is not. */
export function readStatements(reader: Reader, closing: ')' | ''): readonly Statement[] {
  const start = reader.at;
  const statements: Statement[] = [];
  for (;;) {
    skipLines(reader);
    const char = peek(reader);
    if (char === ')' || char === '') {
      if (char !== closing) {
        throw new GaveUp(
          char === '' ? start : reader.at,
          char === '' ? 'parentheses do not end' : 'a ) closes nothing',
        );
      }
      reader.at += closing.length;
      return statements;
    }
    if (endsConstruct(reader)) throw new GaveUp(reader.at, 'a word that ends a construct stands alone');
    statements.push(readStatement(reader));
  }
}

/** Statements of a construct, up to a word that ends it or `;;`; neither is taken. */
function readBody(reader: Reader): readonly Statement[] {
  const statements: Statement[] = [];
  for (;;) {
    skipLines(reader);
    if (peek(reader) === '' || peek(reader) === ')' || looksAt(reader, ';;') || looksAt(reader, ';&'))
      return statements;
    if (endsConstruct(reader)) return statements;
    statements.push(readStatement(reader));
  }
}

function endsConstruct(reader: Reader): boolean {
  return CLOSING_WORDS.some((word) => looksAtKeyword(reader, word));
}

/** One statement and what separates it from the next. */
function readStatement(reader: Reader): Statement {
  const statement = readAndOr(reader);
  skipBlanks(reader);
  const char = peek(reader);
  if (char === '&') {
    reader.at += 1;
    return { kind: 'background', inner: statement, at: statement.at };
  }
  if (char === ';' && peek(reader, 1) !== ';' && peek(reader, 1) !== '&') reader.at += 1;
  else if (char === '\n') endLine(reader);
  else if (char !== '' && char !== ')' && char !== ';') throw new GaveUp(reader.at, 'a statement does not end');
  return statement;
}

function readAndOr(reader: Reader): Statement {
  const start = reader.at;
  const first = readPipeline(reader);
  const rest: AndOr[] = [];
  for (;;) {
    skipBlanks(reader);
    const operator = looksAt(reader, '&&') ? '&&' : looksAt(reader, '||') ? '||' : undefined;
    if (operator === undefined) break;
    reader.at += 2;
    skipLines(reader);
    rest.push({ operator, statement: readPipeline(reader) });
  }
  return rest.length === 0 ? first : { kind: 'and-or', first, rest, at: endAt(start, rest.at(-1)?.statement) };
}

function endAt(start: number, last: Statement | undefined) {
  return { start, end: last?.at.end ?? start };
}

function readPipeline(reader: Reader): Statement {
  const start = reader.at;
  let negated = false;
  while (looksAtKeyword(reader, '!') || looksAtKeyword(reader, 'time')) {
    negated ||= peek(reader) === '!';
    reader.at += peek(reader) === '!' ? 1 : 4;
    skipBlanks(reader);
  }
  const parts: Statement[] = [readCommand(reader, readBody)];
  for (;;) {
    skipBlanks(reader);
    if (peek(reader) !== '|' || peek(reader, 1) === '|') break;
    reader.at += peek(reader, 1) === '&' ? 2 : 1;
    skipLines(reader);
    parts.push(readCommand(reader, readBody));
  }
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && !negated) return only;
  return { kind: 'pipeline', parts, negated, at: { start, end: parts.at(-1)?.at.end ?? rangeFrom(reader, start).end } };
}
