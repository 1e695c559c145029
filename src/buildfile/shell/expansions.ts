import type { Part } from '#buildfile/shell/ast.ts';
import { deeper, GaveUp, looksAt, peek, type Reader, rangeFrom } from '#buildfile/shell/reader.ts';

/** What begins with a quote, a backtick or a dollar sign. @throws GaveUp where it does not end */
export function readDollar(reader: Reader): Part {
  const start = reader.at;
  const char = peek(reader);
  if (char === "'") return readSingle(reader, 1, false);
  if (char === '"') return { kind: 'double', parts: readParts(reader, '"'), at: rangeFrom(reader, start) };
  if (char === '`') return readBackticks(reader);
  if (looksAt(reader, "$'")) return readSingle(reader, 2, true);
  if (looksAt(reader, '$"')) {
    reader.at += 1;
    return { kind: 'double', parts: readParts(reader, '"'), at: rangeFrom(reader, start) };
  }
  if (looksAt(reader, '$((')) {
    const end = arithmeticEnd(reader);
    if (end > 0) {
      const text = reader.text.slice(start + 3, end - 2);
      reader.at = end;
      return { kind: 'arithmetic', text, at: rangeFrom(reader, start) };
    }
  }
  if (looksAt(reader, '$(')) {
    reader.at += 2;
    const body = deeper(reader, () => reader.statements(reader, ')'));
    return { kind: 'command', body, backticks: false, at: rangeFrom(reader, start) };
  }
  if (looksAt(reader, '${')) return readBraced(reader);
  const [name = ''] = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(longestName(reader)) ?? [];
  reader.at += 1 + name.length;
  return { kind: 'variable', name, operation: '', braced: false, inner: [], at: rangeFrom(reader, start) };
}

/** Parts between double quotes, or up to the brace that ends an expansion; the reader stands at the opening one. */
export function readParts(reader: Reader, closing: '"' | "'" | '}'): readonly Part[] {
  const opened = reader.at;
  const parts: Part[] = [];
  reader.at += closing === '}' ? 0 : 1;
  let literal = '';
  let from = reader.at;
  const flush = () => {
    if (literal !== '') parts.push({ kind: 'literal', text: literal, at: { start: from, end: reader.at } });
    literal = '';
  };
  for (;;) {
    const char = peek(reader);
    if (char === '') throw new GaveUp(opened, closing === '}' ? 'an expansion does not end' : 'a quote does not end');
    if (char === closing) break;
    if (literal === '') from = reader.at;
    if (closing !== "'" && char === '\\') {
      const next = peek(reader, 1);
      const escapes = closing === '}' || '"\\$`\n'.includes(next);
      literal += escapes ? (next === '\n' ? '' : next) : char + next;
      reader.at += Math.min(2, reader.end - reader.at);
    } else if (closing !== "'" && (char === '`' || (char === '$' && /[A-Za-z0-9_{(@*#?$!-]/.test(peek(reader, 1))))) {
      flush();
      parts.push(readDollar(reader));
    } else if (closing === '}' && (char === '"' || char === "'")) {
      flush();
      parts.push(readDollar(reader));
    } else {
      literal += char;
      reader.at += 1;
    }
  }
  flush();
  reader.at += closing === '}' ? 0 : 1;
  return parts;
}

function readSingle(reader: Reader, opening: number, ansi: boolean): Part {
  const start = reader.at;
  let end = start + opening;
  while (end < reader.end && reader.text[end] !== "'") end += ansi && reader.text[end] === '\\' ? 2 : 1;
  if (end >= reader.end) throw new GaveUp(start, 'a quote does not end');
  reader.at = end + 1;
  const text = reader.text.slice(start + opening, end);
  return { kind: 'single', text, at: rangeFrom(reader, start), ...(ansi ? { ansi: true } : {}) };
}

function readBackticks(reader: Reader): Part {
  const start = reader.at;
  let end = start + 1;
  while (end < reader.end && reader.text[end] !== '`') end += reader.text[end] === '\\' ? 2 : 1;
  if (end >= reader.end) throw new GaveUp(start, 'backticks do not end');
  // Nested ones are escaped: what they hold is then only seen as a word.
  const outer = reader.end;
  reader.at = start + 1;
  reader.end = end;
  const body = deeper(reader, () => reader.statements(reader, ''));
  reader.end = outer;
  reader.at = end + 1;
  return { kind: 'command', body, backticks: true, at: rangeFrom(reader, start) };
}

function readBraced(reader: Reader): Part {
  const start = reader.at;
  reader.at += 2;
  const [lead = ''] = /^[#!]?(?=[A-Za-z_0-9@*?$!#-])/.exec(reader.text.slice(reader.at, reader.at + 2)) ?? [];
  const rest = longestName(reader, lead.length);
  const [name = ''] = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/.exec(rest) ?? [];
  // `${#}` is the number of arguments, not a length of nothing.
  const alone = name === '' && lead !== '';
  reader.at += lead.length + name.length;
  const from = reader.at;
  const inner = deeper(reader, () => readParts(reader, '}'));
  const operation = (alone ? '' : lead) + reader.text.slice(from, reader.at);
  reader.at += 1;
  const at = rangeFrom(reader, start);
  return { kind: 'variable', name: alone ? lead : name, operation, braced: true, inner, at };
}

const MOST_NAME = 256;

/** What stands after the dollar sign, as far as a name may reach. */
function longestName(reader: Reader, ahead = 1): string {
  const start = reader.at + ahead;
  return reader.text.slice(start, Math.min(reader.end, start + MOST_NAME));
}

/** Where `$((…))` ends; 0 where it is a substitution that begins with a subshell. */
function arithmeticEnd(reader: Reader): number {
  let depth = 0;
  for (let at = reader.at + 1; at < reader.end; at += 1) {
    const char = reader.text[at];
    if (char === '(') depth += 1;
    else if (char === ')') {
      depth -= 1;
      if (depth === 0) return reader.text[at - 1] === ')' ? at + 1 : 0;
    } else if (char === '\n' || char === ';') return 0;
  }
  return 0;
}
