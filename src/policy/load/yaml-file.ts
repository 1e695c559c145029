import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { type Fault, faultsError } from '#policy/load/fault.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_ALIASES = 100;
const MOST_DEPTH = 50;

/** A YAML file of the operator's: its values, and where each of them stands. */
export interface YamlFile {
  readonly value: unknown;
  /** Of the value at a path, or of the deepest part of it that is there. */
  placeOf(path: readonly PropertyKey[]): { readonly line: number; readonly column: number };
  /** Of a key in the mapping at a path. */
  placeOfKey(path: readonly PropertyKey[], key: string): { readonly line: number; readonly column: number };
}

/**
 * Reads one document of YAML (or JSON) whole and strictly: no repeated keys, few aliases, limits on size and depth.
 * @param code of the error
 */
export function readYamlFile(text: string, file: string, code: string): YamlFile {
  const fault = (message: string, line = 1, column = 1): never => {
    throw faultsError(code, file, [{ line, column, message }]);
  };
  if (text.length > MOST_BYTES) fault(`The file has ${text.length} characters; at most ${MOST_BYTES} are read.`);
  const counter = new LineCounter();
  const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    lineCounter: counter,
    uniqueKeys: true,
    version: '1.2',
  });
  const [document, ...others] = Array.isArray(documents) ? documents : [];
  if (document === undefined) return fault('The file is empty.');
  const faults: Fault[] = [document, ...others].flatMap(({ errors }) =>
    errors.map(({ message, pos }) => {
      const { line, col } = counter.linePos(pos[0]);
      return { line, column: col, message: (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '.') };
    }),
  );
  if (faults.length > 0) throw faultsError(code, file, faults);
  if (others.length > 0) {
    const at = others[0]?.range?.[0] ?? 0;
    const { line, col } = counter.linePos(at);
    return fault('The file has several documents; there may be one.', line, col);
  }
  checkShape(document, fault);
  const place = (offset: number | undefined) => {
    if (offset === undefined) return { line: 1, column: 1 };
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  return {
    value: document.toJS({ maxAliasCount: MOST_ALIASES }),
    placeOf: (path) => place(nodeAt(document, path)?.range?.[0]),
    placeOfKey: (path, key) => {
      const node = nodeAt(document, path);
      const pair = isMap(node)
        ? node.items.find(({ key: name }) => isScalar(name) && String(name.value) === key)
        : undefined;
      const found = pair?.key;
      return place(isNode(found) ? found.range?.[0] : node?.range?.[0]);
    },
  };
}

function nodeAt(document: Document.Parsed, path: readonly PropertyKey[]): Node | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return document.contents ?? undefined;
}

function checkShape(document: Document.Parsed, fault: (message: string) => never): void {
  let aliases = 0;
  const visit = (node: unknown, depth: number): void => {
    if (depth > MOST_DEPTH) fault(`The file is nested more than ${MOST_DEPTH} deep.`);
    if (isAlias(node)) aliases += 1;
    if (aliases > MOST_ALIASES) fault(`The file has more than ${MOST_ALIASES} aliases.`);
    if (typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)) {
      for (const item of node.items as readonly unknown[]) {
        if (typeof item === 'object' && item !== null && 'key' in item && 'value' in item) {
          visit(item.key, depth + 1);
          visit(item.value, depth + 1);
        } else visit(item, depth + 1);
      }
    }
  };
  visit(document.contents, 0);
}
