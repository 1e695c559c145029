import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import { HoldfastError, type Problem } from '#core/errors.ts';
import { type Node, type Pair, positionOf, type ScalarNode, type SourceText } from '#workload/document/node.ts';

/** Nodes of a document with every alias followed: more is a bomb. */
const MOST_NODES = 200_000;

/**
 * The document's tree in our own form; what is aliased is shared, not copied.
 * @throws `WORKLOAD_ALIAS` for one that has no anchor or leads back into itself, `WORKLOAD_YAML_BOMB` for what grows
 * beyond 200,000 nodes when aliases are followed
 */
export function nodeOf(
  source: SourceText,
  document: Document.Parsed<ParsedNode>,
  problem: (problem: Problem) => void,
): Node {
  const made = new Map<unknown, Node>();
  const sizes = new Map<Node, number>();
  const open = new Set<unknown>();
  const anchors = new Map<string, unknown>();

  const sized = <T extends Node>(node: T, size: number): T => {
    if (size > MOST_NODES) {
      throw new HoldfastError(
        'WORKLOAD_YAML_BOMB',
        `${where(node)}: followed aliases make more than ${MOST_NODES} values`,
      );
    }
    sizes.set(node, size);
    return node;
  };
  const sizeOf = (node: Node) => sizes.get(node) ?? 1;

  const convert = (value: unknown, at: number): Node => {
    if (isAlias(value)) {
      // Anchors are in the order of the text: the last before the alias is meant.
      const target = anchors.get(value.source);
      const spot = { source, start: value.range?.[0] ?? at, end: value.range?.[1] ?? at };
      if (target === undefined || open.has(target)) {
        const why = target === undefined ? 'has no anchor before it' : 'leads back into itself';
        throw new HoldfastError('WORKLOAD_ALIAS', `${where({ ...spot })}: *${value.source} ${why}`);
      }
      return made.get(target) ?? convert(target, at);
    }
    if (!isScalar(value) && !isMap(value) && !isSeq(value)) {
      return { kind: 'scalar', text: '', plain: true, source, start: at, end: at };
    }
    const [start, end] = value.range ?? [at, at];
    const spot = { source, start, end, ...(value.tag === undefined ? {} : { tag: value.tag }) };
    if (value.anchor !== undefined) anchors.set(value.anchor, value);
    open.add(value);
    let node: Node;
    if (isScalar(value)) {
      const plain = value.type === 'PLAIN' || value.type === undefined;
      node = sized({ kind: 'scalar', text: String(value.value ?? ''), plain, ...spot }, 1);
    } else if (isSeq(value)) {
      const items = value.items.map((item) => convert(item, start));
      node = sized({ kind: 'list', items, ...spot }, 1 + items.reduce((sum, item) => sum + sizeOf(item), 0));
    } else {
      const pairs = pairsOf(value.items, start);
      node = sized({ kind: 'map', pairs, ...spot }, 1 + pairs.reduce((sum, pair) => sum + 1 + sizeOf(pair.value), 0));
    }
    open.delete(value);
    made.set(value, node);
    return node;
  };

  const pairsOf = (
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    at: number,
  ): readonly Pair[] => {
    const own: Pair[] = [];
    const merged: Pair[] = [];
    for (const item of items) {
      const key = convert(item.key, at);
      if (key.kind !== 'scalar') {
        problem({
          code: 'WORKLOAD_YAML_KEY',
          message: `${where(key)}: a key that is no word is passed over`,
          path: source.path,
        });
        continue;
      }
      const value = convert(item.value, key.end);
      if (key.plain && key.text === '<<') merged.push(...mergedPairs(value));
      else own.push({ key, value });
    }
    const names = new Set<string>();
    for (const { key } of own) {
      if (names.has(key.text)) problem(twice(key));
      names.add(key.text);
    }
    // What a map says itself counts, then the first of those merged into it (YAML 1.1, merge type).
    for (const pair of merged) {
      if (names.has(pair.key.text)) continue;
      names.add(pair.key.text);
      own.push(pair);
    }
    return own;
  };

  return convert(document.contents, 0);
}

function mergedPairs(value: Node): readonly Pair[] {
  if (value.kind === 'map') return value.pairs;
  return value.kind === 'list' ? value.items.flatMap((item) => (item.kind === 'map' ? item.pairs : [])) : [];
}

function twice(key: ScalarNode): Problem {
  const message = `${where(key)}: ${JSON.stringify(key.text.slice(0, 80))} is given twice; the last one counts`;
  return { code: 'WORKLOAD_KEY_TWICE', message, path: key.source.path };
}

function where(node: Pick<Node, 'source' | 'start' | 'end'>): string {
  const at = positionOf(node);
  return at.kind === 'file' ? `${at.path}:${at.line}:${at.column}` : '';
}
