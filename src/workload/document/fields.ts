import { isNull, type Node, type Pair, positionOf } from '#workload/document/node.ts';
import { type Known, known, type Setting } from '#workload/model/setting.ts';

/** The value under a name; undefined where there is none, or null. Of a name given twice, the last. */
export function field(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let at: Node | undefined = node;
  for (const name of path) {
    if (at?.kind !== 'map') return undefined;
    at = at.pairs.findLast(({ key }) => key.text === name)?.value;
    if (at !== undefined && isNull(at)) return undefined;
  }
  return at;
}

/** The pairs of a map, null values left out, the last of those with one name; none for anything else. */
export function pairs(node: Node | undefined): readonly Pair[] {
  if (node?.kind !== 'map') return [];
  const last = new Map(node.pairs.map((pair) => [pair.key.text, pair]));
  return [...last.values()].filter(({ value }) => !isNull(value));
}

/** The items of a list, null ones left out; none for anything else. */
export function items(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items.filter((item) => !isNull(item)) : [];
}

/** A scalar's text; undefined for anything else. */
export function text(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && !isNull(node) ? node.text : undefined;
}

const TRUE = /^(?:true|yes|on|y)$/i;
const FALSE = /^(?:false|no|off|n)$/i;

/** A truth value, in the words of YAML 1.1, which Kubernetes and Compose still read. */
export function truth(node: Node | undefined): boolean | undefined {
  const word = text(node);
  if (word === undefined) return undefined;
  return TRUE.test(word) ? true : FALSE.test(word) ? false : undefined;
}

const INTEGER = /^[+-]?(?:0x[0-9a-f]+|0o[0-7]+|0b[01]+|[0-9]+)$/i;

/** A whole number. */
export function integer(node: Node | undefined): number | undefined {
  const word = text(node)?.replaceAll('_', '');
  if (word === undefined || !INTEGER.test(word)) return undefined;
  const negative = word.startsWith('-');
  const value = Number(word.replace(/^[+-]/, ''));
  return negative ? -value : value;
}

/** The setting that a node is, where `read` understands it; unknown where it is there and cannot be understood. */
export function settingOf<T>(node: Node | undefined, read: (node: Node) => T | undefined): Setting<T> {
  if (node === undefined) return undefined;
  const value = node.tag?.startsWith('!') && !node.tag.startsWith('!!') ? undefined : read(node);
  const at = positionOf(node);
  return value === undefined ? { state: 'unknown', at } : known(value, at);
}

/** A scalar's text with its place; none for anything else. */
export function word(node: Node | undefined): readonly Known<string>[] {
  return node?.kind === 'scalar' ? [known(node.text, positionOf(node))] : [];
}

/** The scalars of a list with their places. */
export function words(node: Node | undefined): readonly Known<string>[] {
  return items(node).flatMap(word);
}
