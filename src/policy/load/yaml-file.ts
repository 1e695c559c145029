import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { type Fault, faultsError } from '#policy/load/fault.ts';
import { tooDeep } from '#policy/load/nesting.ts';

/** A person writes far less; what is longer takes the parser minutes. */
const MOST_CHARACTERS = 256 * 1024;
const MOST_ALIASES = 100;
const MOST_DOCUMENTS = 2;

interface Place {
  readonly line: number;
  readonly column: number;
}

/** A YAML file of the operator's: its values, and where each of them stands. */
export interface YamlFile {
  readonly value: unknown;
  /** Of the value at a path, or of the deepest part of it that is there. */
  placeOf(path: readonly PropertyKey[]): Place;
  /** Of a key in the mapping at a path. */
  placeOfKey(path: readonly PropertyKey[], key: string): Place;
}

/**
 * Reads one document of YAML (or JSON) whole and strictly: no repeated keys, few aliases, limits on length and depth.
 * @param code of the error
 */
export function readYamlFile(text: string, file: string, code: string): YamlFile {
  const counter = new LineCounter();
  const place = (offset: number | undefined): Place => {
    const { line, col } = offset === undefined ? { line: 1, col: 1 } : counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const fault = (message: string, at?: number): never => {
    throw faultsError(code, file, [{ ...place(at), message }]);
  };
  if (text.length > MOST_CHARACTERS)
    fault(`The file has ${text.length} characters; at most ${MOST_CHARACTERS} are read.`);
  const source = text.replace(/^\uFEFF/, '');
  const deep = tooDeep(source);
  if (deep !== undefined) {
    counter.addNewLine(0);
    for (let at = source.indexOf('\n'); at >= 0 && at < deep; at = source.indexOf('\n', at + 1))
      counter.addNewLine(at + 1);
    fault('The file is nested too deep here.', deep);
  }
  // Repeated keys are looked for here: the parser takes the square of their number for it.
  const options = { lineCounter: counter, uniqueKeys: false, prettyErrors: false, version: '1.2' } as const;
  const documents = parseAllDocuments(source, options);
  const [document, ...others] = Array.isArray(documents) ? documents : [];
  if (document === undefined) return fault('The file is empty.');
  const faults: Fault[] = [document, ...others.slice(0, MOST_DOCUMENTS)].flatMap(({ errors }) =>
    errors.map(({ message, pos }) => ({ ...place(pos[0]), message: `${message.split('\n')[0]?.slice(0, 200)}.` })),
  );
  if (faults.length > 0) throw faultsError(code, file, faults);
  if (others.length > 0) fault('The file has several documents; there may be one.', others[0]?.range?.[0]);
  checkNodes(document, fault);
  return {
    value: plainValue(document, fault),
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

/** Aliases of aliases grow beyond their number. */
function plainValue(document: Document.Parsed, fault: (message: string) => never): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (error) {
    return fault(`The file’s aliases cannot be followed: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function nodeAt(document: Document.Parsed, path: readonly PropertyKey[]): Node | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return document.contents ?? undefined;
}

/** Aliases are few, keys plain and each there once. The depth is known to be small. */
function checkNodes(document: Document.Parsed, fault: (message: string, at?: number) => never): void {
  let aliases = 0;
  const visit = (node: unknown): void => {
    if (isAlias(node)) {
      aliases += 1;
      if (aliases > MOST_ALIASES) fault(`The file has more than ${MOST_ALIASES} aliases.`, node.range?.[0]);
      if (node.resolve(document) === undefined) fault(`Nothing has the anchor ${node.source}.`, node.range?.[0]);
    } else if (isMap(node)) {
      const seen = new Set<string>();
      for (const { key, value } of node.items) {
        const at = isNode(key) ? key.range?.[0] : node.range?.[0];
        if (!isScalar(key)) fault('A key must be a plain text.', at);
        const name = isScalar(key) ? String(key.value) : '';
        if (seen.has(name)) fault(`The key ${JSON.stringify(name.slice(0, 100))} is there twice.`, at);
        seen.add(name);
        visit(value);
      }
    } else if (typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)) {
      for (const item of node.items as readonly unknown[]) visit(item);
    }
  };
  visit(document.contents);
}
