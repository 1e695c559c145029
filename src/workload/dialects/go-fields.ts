import { isNull, type Node, type Pair } from '#workload/document/node.ts';

/** Letters that Go's JSON decoder takes for `s` and `k`. */
const FOLDED: Readonly<Record<string, string>> = { '\u017f': 's', '\u212a': 'k' };

function fold(name: string): string {
  return name.replace(/[\u017f\u212a]/g, (letter) => FOLDED[letter] ?? letter).toLowerCase();
}

/**
 * The value under a name as an engine written in Go finds it: in any case, and what is given twice is one, its maps
 * merged. To look only for the exact name would miss `"hostconfig"`, which engines obey.
 */
export function goField(node: Node | undefined, ...path: readonly string[]): Node | undefined {
  let at: Node | undefined = node;
  for (const name of path) {
    if (at?.kind !== 'map') return undefined;
    const wanted = fold(name);
    const found = at.pairs
      .filter(({ key }) => key.text === name || fold(key.text) === wanted)
      .map(({ value }) => value);
    at = merged(found.filter((value) => !isNull(value)));
  }
  return at;
}

function merged(values: readonly Node[]): Node | undefined {
  const last = values.at(-1);
  if (last?.kind !== 'map' || values.length < 2) return last;
  const pairs = values.flatMap((value): readonly Pair[] => (value.kind === 'map' ? value.pairs : []));
  return { ...last, pairs };
}
