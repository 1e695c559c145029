// What one source file imports and exports, read with a real parser.
import { parseSync, Visitor } from 'oxc-parser';

/**
 * @typedef {object} Import
 * @property {string} specifier as written
 * @property {number} line
 * @property {readonly string[] | 'all'} names exported names that are used of the target
 */
/** @typedef {{ name: string, line: number, isType: boolean, text: string }} Export with the text that declares it */
/**
 * @typedef {object} Module
 * @property {string} path relative to the repository, with slashes
 * @property {number} lines
 * @property {readonly Import[]} imports
 * @property {readonly Export[]} exports `default` for a default export, `*` for `export * from`
 * @property {readonly { line: number, message: string }[]} errors of the parser
 */

/**
 * @param {string} source
 * @returns {(offset: number) => number} the line, from 1, that an offset is on
 */
function lineFinder(source) {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/**
 * The text of a string literal or of a template without expressions.
 * @param {any} node
 * @returns {string | undefined}
 */
function literal(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0]?.value.cooked;
  return undefined;
}

/**
 * Names that a pattern takes out of a module: `{ a, b: c }`.
 * @param {any} pattern
 * @returns {readonly string[] | 'all'}
 */
function patternNames(pattern) {
  if (pattern?.type !== 'ObjectPattern') return 'all';
  const names = [];
  for (const property of pattern.properties) {
    if (property.type !== 'Property' || property.computed || property.key.type !== 'Identifier') return 'all';
    names.push(property.key.name);
  }
  return names;
}

/** @param {any} node @returns {any} the `import()` inside parentheses and `await`, if that is what it is */
function importInside(node) {
  let inner = node;
  while (inner?.type === 'AwaitExpression' || inner?.type === 'ParenthesizedExpression') {
    inner = inner.type === 'AwaitExpression' ? inner.argument : inner.expression;
  }
  return inner?.type === 'ImportExpression' ? inner : undefined;
}

/** @param {any} fn a function's node @returns {readonly string[] | 'all'} names that `.then((m) => m.x)` takes */
function callbackNames(fn) {
  const parameter = fn?.params?.params?.[0] ?? fn?.params?.[0];
  if (parameter?.type === 'ObjectPattern') return patternNames(parameter);
  const body = fn?.body?.type === 'CallExpression' ? fn.body.callee : fn?.body;
  if (body?.type === 'MemberExpression' && !body.computed && body.object.name === parameter?.name) {
    return [body.property.name];
  }
  return 'all';
}

/** @param {any} node of a type's qualified name @returns {string} its first part */
function firstName(node) {
  return node.type === 'TSQualifiedName' ? firstName(node.left) : node.name;
}

/**
 * Imports that are expressions or types: `import()`, `import('x').T`, `new URL('./x', import.meta.url)`.
 * @param {import('oxc-parser').Program} program
 * @param {(offset: number) => number} lineOf
 * @returns {Import[]}
 */
function expressionImports(program, lineOf) {
  /** @type {Import[]} */
  const found = [];
  const seen = new Set();
  /** @param {any} node @param {readonly string[] | 'all'} names */
  const take = (node, names) => {
    if (node === undefined || seen.has(node)) return;
    seen.add(node);
    const specifier = literal(node.source);
    found.push({ specifier: specifier ?? '(computed)', line: lineOf(node.start), names });
  };
  new Visitor({
    VariableDeclarator: (node) => take(importInside(node.init), patternNames(node.id)),
    MemberExpression: (/** @type {any} */ node) => {
      if (!node.computed && node.object.type !== 'ImportExpression') {
        take(importInside(node.object), [node.property.name]);
      }
    },
    CallExpression: (/** @type {any} */ node) => {
      const { callee } = node;
      if (callee.type !== 'MemberExpression' || callee.property.name !== 'then') return;
      take(importInside(callee.object), callbackNames(node.arguments[0]));
    },
    ImportExpression: (node) => take(node, 'all'),
    TSImportType: (/** @type {any} */ node) => {
      take(node, node.qualifier ? [firstName(node.qualifier)] : 'all');
    },
    NewExpression: (/** @type {any} */ node) => {
      if (node.callee.name !== 'URL' || node.arguments[1]?.object?.type !== 'MetaProperty') return;
      const specifier = literal(node.arguments[0]);
      if (specifier !== undefined) found.push({ specifier, line: lineOf(node.start), names: 'all' });
    },
  }).visit(program);
  return found;
}

/**
 * @param {string} path
 * @param {string} source
 * @returns {Module}
 */
export function readModule(path, source) {
  const parsed = parseSync(path, source);
  const lineOf = lineFinder(source);
  const { staticImports, staticExports } = parsed.module;
  /** @type {Import[]} */
  const imports = staticImports.map((statement) => ({
    specifier: statement.moduleRequest.value,
    line: lineOf(statement.start),
    names: statement.entries.some((entry) => entry.importName.kind === 'NamespaceObject')
      ? 'all'
      : statement.entries.map((entry) => entry.importName.name ?? 'default'),
  }));
  /** @type {Export[]} */
  const exports = [];
  for (const entry of staticExports.flatMap((statement) => statement.entries)) {
    const line = lineOf(entry.start);
    const name = entry.exportName.name ?? (entry.exportName.kind === 'Default' ? 'default' : '*');
    exports.push({ name, line, isType: entry.isType, text: source.slice(entry.start, entry.end) });
    if (entry.moduleRequest === null) continue;
    const origin = entry.importName.name;
    imports.push({ specifier: entry.moduleRequest.value, line, names: origin === null ? 'all' : [origin] });
  }
  if (/\bimport\s*\(|\bimport\.meta\b/.test(source)) imports.push(...expressionImports(parsed.program, lineOf));
  return {
    path,
    lines: source.split('\n').length - (source.endsWith('\n') ? 1 : 0),
    imports,
    exports,
    errors: parsed.errors.map((error) => ({ line: lineOf(error.labels[0]?.start ?? 0), message: error.message })),
  };
}
