import { Composer, type Document, Lexer, LineCounter, type ParsedNode, Parser } from 'yaml';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { Node, SourceText } from '#workload/document/node.ts';
import { nodeOf } from '#workload/document/yaml-node.ts';

/** One document of a file. */
export interface YamlDocument {
  readonly root: Node;
  /** In which names were given twice: the last counts. */
  readonly problems: readonly Problem[];
}

export interface YamlFile {
  /** Those that could be read. */
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

/** Deeper nesting is nobody's, and would end the process inside the library. */
const DEEPEST = 200;
/** About 4 MiB of ordinary YAML. */
const MOST_TOKENS = 2_000_000;
const MOST_ERRORS = 50;

type Composed = Document.Parsed<ParsedNode>;

/**
 * Every document of a text (YAML 1.2, and what is common of 1.1: merge keys). A document with a mistake is a problem,
 * and the others are read on. Limits: 200 levels, two million tokens, 200,000 nodes of a document when aliases are
 * followed.
 */
export function readYaml(source: SourceText): YamlFile {
  const lines = new LineCounter();
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  // The library makes an error for every mistake, and most of their cost is the stack, which nobody sees.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    const options = { schema: 'failsafe', prettyErrors: false, uniqueKeys: false, logLevel: 'silent' } as const;
    for (const document of new Composer(options).compose(tokens(source, lines))) {
      const [error] = document.errors;
      if (error !== undefined) {
        problems.push(invalid(source, error.pos[0], error.message, lines));
      } else if (document.contents !== null) {
        addDocument(source, document as Composed, documents, problems);
      }
    }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { code, message, hint } = error;
    problems.push({ code, message, path: source.path, ...(hint === undefined ? {} : { hint }) });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return { documents, problems };
}

function addDocument(source: SourceText, document: Composed, documents: YamlDocument[], problems: Problem[]): void {
  const found: Problem[] = [];
  try {
    const root = nodeOf(source, document, (problem) => found.push(problem));
    documents.push({ root, problems: found });
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { code, message, hint } = error;
    problems.push({ code, message, path: source.path, ...(hint === undefined ? {} : { hint }) });
  }
}

/** What the library parses, watched: its own recursion and its time have no limits. */
function* tokens(source: SourceText, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine);
  let count = 0;
  let errors = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(source.text)) {
    count += 1;
    if (parser.stack.length > DEEPEST) {
      throw new HoldfastError('WORKLOAD_TOO_DEEP', `${source.path} is nested more than ${DEEPEST} levels deep`);
    }
    if (count > MOST_TOKENS) {
      throw new HoldfastError('WORKLOAD_TOO_LARGE', `${source.path} has more than ${MOST_TOKENS} tokens`, {
        hint: 'Judge its documents in separate files.',
      });
    }
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') errors += 1;
      if (errors > MOST_ERRORS) throw new HoldfastError('WORKLOAD_YAML_INVALID', `${source.path} is no YAML`);
      yield token;
    }
  }
  yield* parser.end();
}

function invalid(source: SourceText, offset: number, message: string, lines: LineCounter): Problem {
  const { line, col } = lines.linePos(offset);
  return {
    code: 'WORKLOAD_YAML_INVALID',
    message: `${source.path}:${line}:${col} is no YAML: ${message.split('\n')[0]?.slice(0, 200)}`,
    path: source.path,
    ...(source.text.includes('{{')
      ? { hint: 'If it is a template, render it first (helm template) and pipe it in.' }
      : {}),
  };
}
