import type { Problem } from '#core/errors.ts';
import { UNKNOWN_PART } from '#workload/dialects/unknown-part.ts';
import { type Node, positionOf, type ScalarNode } from '#workload/document/node.ts';

/** The tag of a value that depends on a variable which nobody set: what it is shows when it is deployed. */
const UNRESOLVED = '!unresolved';

const DEEPEST = 20;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;

interface Expanded {
  readonly text: string;
  /** Every variable in it has a value or a default. */
  readonly complete: boolean;
}

/**
 * A document with its variables filled in (compose specification, "Interpolation"): values, not keys.
 * @param lookUp a variable's value; undefined where nobody set it
 */
export function interpolate(
  root: Node,
  lookUp: (name: string) => string | undefined,
  problem: (problem: Problem) => void,
): Node {
  const made = new Map<Node, Node>();
  const visit = (node: Node): Node => {
    const known = made.get(node);
    if (known !== undefined) return known;
    const next = changed(node);
    made.set(node, next);
    return next;
  };
  const changed = (node: Node): Node => {
    switch (node.kind) {
      case 'list':
        return { ...node, items: node.items.map(visit) };
      case 'map':
        return { ...node, pairs: node.pairs.map(({ key, value }) => ({ key, value: visit(value) })) };
      case 'scalar':
        return node.text.includes('$') ? filledIn(node) : node;
    }
  };
  const filledIn = (node: ScalarNode): ScalarNode => {
    const expanded = expand(node.text, 0, lookUp);
    if (expanded === undefined) {
      const at = positionOf(node);
      const where = at.kind === 'file' ? `${at.path}:${at.line}:${at.column}` : '';
      const message = `${where}: a dollar sign stands before what is no variable`;
      problem({ code: 'COMPOSE_VARIABLE', message, path: node.source.path, hint: 'Write $$ for a dollar sign.' });
      return { ...node, tag: UNRESOLVED };
    }
    return expanded.complete ? { ...node, text: expanded.text } : { ...node, text: expanded.text, tag: UNRESOLVED };
  };
  return visit(root);
}

/** Undefined where the text is not well formed. */
function expand(text: string, depth: number, lookUp: (name: string) => string | undefined): Expanded | undefined {
  if (depth > DEEPEST) return undefined;
  let out = '';
  let complete = true;
  let at = 0;
  for (;;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return { text: out + text.slice(at), complete };
    out += text.slice(at, dollar);
    const next = text[dollar + 1];
    if (next === '$') {
      out += '$';
      at = dollar + 2;
      continue;
    }
    const braced = next === '{';
    NAME.lastIndex = dollar + (braced ? 2 : 1);
    const name = NAME.exec(text)?.[0];
    if (name === undefined) return undefined;
    let value: Expanded | undefined;
    if (braced) {
      const end = closing(text, dollar + 1);
      if (end < 0) return undefined;
      value = substitute(name, text.slice(NAME.lastIndex, end), depth, lookUp);
      at = end + 1;
    } else {
      value = plainValue(lookUp(name));
      at = NAME.lastIndex;
    }
    if (value === undefined) return undefined;
    out += value.text;
    complete &&= value.complete;
  }
}

function plainValue(value: string | undefined): Expanded {
  return { text: value ?? UNKNOWN_PART, complete: value !== undefined };
}

/** The brace that closes the one at an offset; those of variables inside are passed over. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** `${NAME}` with what follows the name: `:-default`, `-default`, `:?error`, `?error`, `:+other`, `+other`. */
function substitute(
  name: string,
  rest: string,
  depth: number,
  lookUp: (name: string) => string | undefined,
): Expanded | undefined {
  const value = lookUp(name);
  if (rest === '') return plainValue(value);
  const [, operator = '', other = ''] = /^(:?[-?+])([\s\S]*)$/.exec(rest) ?? [];
  const isSet = value !== undefined && !(operator.startsWith(':') && value === '');
  switch (operator.at(-1)) {
    case '-':
      return isSet ? plainValue(value) : expand(other, depth + 1, lookUp);
    case '+':
      return isSet ? expand(other, depth + 1, lookUp) : { text: '', complete: true };
    case '?':
      return isSet ? plainValue(value) : { text: UNKNOWN_PART, complete: false };
    default:
      return undefined;
  }
}

/** Assignments of a `.env` file (dotenv as Compose reads it): comments, `export`, quotes; nothing is expanded. */
export function readEnvFile(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const [, quoted] = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')/.exec(value) ?? [];
    const single = /^'([^']*)'/.exec(value)?.[1];
    found.set(name, single ?? quoted ?? value.replace(/\s+#.*$/, ''));
  }
  return found;
}
