import type { Node, SourceText } from '#workload/document/node.ts';

/** What only Helm and its like write, never what they leave behind. */
const OF_HELM =
  /\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities|Template|Files)\b|(?:include|template|define|toYaml|tpl)\s)/;
/** A line that is nothing but an instruction to a template engine. */
const LINE = /^[ \t]*\{\{-?[^}]*-?\}\}[ \t]*\r?$|^[ \t]*\{%.*%\}[ \t]*\r?$/m;

/** Whether a text that is no YAML was meant to be made into some. */
export function isTemplate({ text }: SourceText): boolean {
  return OF_HELM.test(text) || LINE.test(text);
}

/**
 * The first value of a document that a template engine was to fill in. What stands in quotes or in a block may be meant
 * as it is, so only Helm's own words tell there.
 */
export function unrenderedIn(root: Node): Node | undefined {
  if (!root.source.text.includes('{{')) return undefined;
  const seen = new Set<Node>();
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === 'scalar') {
      if (node.text.includes('{{') && (node.plain || (OF_HELM.test(node.text) && !node.text.includes('\n'))))
        return node;
    } else if (node.kind === 'list') {
      open.push(...node.items);
    } else {
      // `image: {{ .Values.image }}` is, to YAML, a map in a map.
      if (node.source.text.startsWith('{{', node.start)) return node;
      for (const { key, value } of node.pairs) open.push(value, key);
    }
  }
  return undefined;
}
