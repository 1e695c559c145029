import type { ListNode, MapNode, Node, Pair, ScalarNode, SourceText } from '#workload/document/node.ts';

const DEEPEST = 200;
const SPACE = /[ \t\r\n]*/y;
const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** Up to the closing quote; escapes are checked by JSON.parse. */
const STRING = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;

/** Thrown inside only: what is no JSON may still be YAML. */
const NOT_JSON = Symbol('not JSON');

/**
 * One JSON text (RFC 8259) with places; undefined where it is none, or is nested more than 200 levels deep. Unlike
 * JSON.parse it keeps names that are given twice, which engines written in Go merge.
 */
export function readJson(source: SourceText): Node | undefined {
  const { text } = source;
  let at = 0;
  const space = () => {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  };
  const scalar = (): ScalarNode => {
    const start = at;
    const pattern = text[at] === '"' ? STRING : NUMBER_OR_WORD;
    pattern.lastIndex = at;
    const word = pattern.exec(text)?.[0];
    if (word === undefined) throw NOT_JSON;
    at += word.length;
    const plain = pattern === NUMBER_OR_WORD;
    return { kind: 'scalar', text: plain ? word : unquoted(word), plain, source, start, end: at };
  };
  /** What stands between brackets, with commas. */
  const members = (close: string, one: () => void): number => {
    at += 1;
    space();
    if (text[at] === close) return ++at;
    for (;;) {
      one();
      space();
      const next = text[at];
      at += 1;
      if (next === close) return at;
      if (next !== ',') throw NOT_JSON;
      space();
    }
  };
  const value = (depth: number): Node => {
    if (depth > DEEPEST) throw NOT_JSON;
    space();
    const start = at;
    if (text[at] === '[') {
      const items: Node[] = [];
      const end = members(']', () => items.push(value(depth + 1)));
      return { kind: 'list', items, source, start, end } satisfies ListNode;
    }
    if (text[at] !== '{') return scalar();
    const pairs: Pair[] = [];
    const end = members('}', () => {
      if (text[at] !== '"') throw NOT_JSON;
      const key = scalar();
      space();
      if (text[at] !== ':') throw NOT_JSON;
      at += 1;
      pairs.push({ key, value: value(depth + 1) });
    });
    return { kind: 'map', pairs, source, start, end } satisfies MapNode;
  };
  try {
    const node = value(0);
    space();
    return at === text.length ? node : undefined;
  } catch (error) {
    if (error === NOT_JSON) return undefined;
    throw error;
  }
}

function unquoted(word: string): string {
  if (!word.includes('\\')) return word.slice(1, -1);
  try {
    return JSON.parse(word) as string;
  } catch {
    throw NOT_JSON;
  }
}
