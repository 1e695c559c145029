import { isNull, type ListNode, type MapNode, type Node, type Pair, type ScalarNode } from '#workload/document/node.ts';

/** Lists that a later file replaces; all others grow (compose specification, "Merge"). */
const REPLACED: ReadonlySet<string> = new Set(['command', 'entrypoint', 'test']);

/** One map over another: maps merge, lists grow, everything else is replaced; `!reset` and `!override` are obeyed. */
export function mergeMaps(base: MapNode, over: MapNode): MapNode {
  const merged = new Map<string, Pair>(base.pairs.map((pair) => [pair.key.text, pair]));
  for (const { key, value } of over.pairs) {
    const before = merged.get(key.text);
    if (value.tag === '!reset') merged.delete(key.text);
    else
      merged.set(key.text, { key, value: before === undefined ? value : mergeValues(key.text, before.value, value) });
  }
  return { ...over, pairs: [...merged.values()] };
}

function mergeValues(name: string, base: Node, over: Node): Node {
  if (over.tag === '!override' || isNull(over)) return isNull(over) ? base : over;
  if (REPLACED.has(name)) return over;
  if (base.kind === 'list' && over.kind === 'list') return { ...over, items: [...base.items, ...over.items] };
  const [left, right] = [asMap(base), asMap(over)];
  return left !== undefined && right !== undefined ? mergeMaps(left, right) : over;
}

/** A map, or a list of `NAME=value` and names as one. */
function asMap(node: Node): MapNode | undefined {
  if (node.kind === 'map') return node;
  return node.kind === 'list' ? assignments(node) : undefined;
}

/** `[A=b, C]` as `{A: b, C: null}`: what environment, labels, networks and others allow. */
export function assignments(node: ListNode): MapNode {
  const pairs = node.items.flatMap((item): readonly Pair[] => {
    if (item.kind !== 'scalar') return [];
    const equals = item.text.indexOf('=');
    const key: ScalarNode = equals < 0 ? item : { ...item, text: item.text.slice(0, equals) };
    const text = equals < 0 ? '' : item.text.slice(equals + 1);
    return [{ key, value: { ...item, text, plain: equals < 0 } }];
  });
  const { tag: _, ...rest } = node;
  return { ...rest, kind: 'map', pairs };
}
