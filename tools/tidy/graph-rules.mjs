// The rules that need the whole graph of imports: circles, dead files, dead exports.
import { isTestSide } from './tree.mjs';

const ENTRY = 'src/main.ts';
/** Threads have files of their own, which the build bundles beside it. */
const THREADS = ['src/app/policy/cel-worker.ts', 'src/volume/engines/restic/reader/verify/pack-worker.ts'];

/** @param {import('./tree.mjs').TreeModule | undefined} module @returns {string[]} */
function targets(module) {
  return (module?.imports ?? []).flatMap(({ target }) => (target.kind === 'file' ? [target.path] : []));
}

/**
 * Groups of modules that reach each other (Tarjan's strongly connected components), each larger than one or importing itself.
 * @param {import('./tree.mjs').Tree} tree
 * @returns {string[][]}
 */
function knots(tree) {
  /** @type {Map<string, number>} */
  const order = new Map();
  /** @type {Map<string, number>} */
  const low = new Map();
  /** @type {string[]} */
  const stack = [];
  const onStack = new Set();
  /** @type {string[][]} */
  const found = [];
  /** @param {string} path */
  const visit = (path) => {
    const index = order.size;
    order.set(path, index);
    let lowest = index;
    stack.push(path);
    onStack.add(path);
    for (const next of targets(tree.get(path))) {
      if (!tree.has(next)) continue;
      if (!order.has(next)) visit(next);
      if (onStack.has(next)) lowest = Math.min(lowest, low.get(next) ?? order.get(next) ?? lowest);
    }
    low.set(path, lowest);
    if (lowest !== index) return;
    const group = stack.splice(stack.indexOf(path));
    for (const member of group) onStack.delete(member);
    if (group.length > 1 || targets(tree.get(path)).includes(path)) found.push(group);
  };
  for (const path of tree.keys()) if (!order.has(path)) visit(path);
  return found;
}

/**
 * The shortest way from a module back to itself inside its knot.
 * @param {import('./tree.mjs').Tree} tree
 * @param {string} start
 * @param {readonly string[]} knot
 * @returns {string[]}
 */
function wayBack(tree, start, knot) {
  /** @type {string[][]} */
  let ways = [[start]];
  const seen = new Set();
  while (ways.length > 0) {
    const next = [];
    for (const way of ways) {
      for (const target of targets(tree.get(way.at(-1) ?? start))) {
        if (target === start) return [...way, start];
        if (seen.has(target) || !knot.includes(target)) continue;
        seen.add(target);
        next.push([...way, target]);
      }
    }
    ways = next;
  }
  return [start];
}

/** @type {import('./rules.mjs').Rule} No module reaches itself; type imports count. */
export function circles(tree) {
  return knots(tree).map((knot) => {
    const start = [...knot].sort()[0] ?? '';
    const way = wayBack(tree, start, knot);
    const line = tree.get(start)?.imports.find(({ target }) => target.kind === 'file' && target.path === way[1])?.line;
    return { path: start, line: line ?? 1, message: `imports go in a circle: ${way.join(' -> ')}` };
  });
}

/** Whether a file is in a folder that is whole and tried, and waits for the command that uses it. @param {string} path @param {import('./house.mjs').House} house */
function isComing(path, house) {
  return Object.keys(house.exceptions.comingFolders).some((folder) => path.startsWith(folder));
}

/** @type {import('./rules.mjs').Rule} Every source file is reached from the entry, without the tests' help. */
export function deadFiles(tree, house) {
  const sources = [...tree.keys()].filter((path) => path.startsWith('src/') && !isTestSide(path));
  if (sources.length === 0) return [];
  if (!tree.has(ENTRY)) return [{ path: ENTRY, line: 1, message: 'there is no entry: nothing can be told dead' }];
  const allowed = house.exceptions.deadFiles;
  const alive = new Set([ENTRY, ...THREADS.filter((path) => tree.has(path))]);
  for (const path of alive) for (const target of targets(tree.get(path))) alive.add(target);
  const found = [];
  for (const path of sources) {
    if (!alive.has(path) && !Object.hasOwn(allowed, path) && !isComing(path, house)) {
      found.push({ path, line: 1, message: 'dead: src/main.ts does not reach it' });
    }
    if (alive.has(path) && Object.hasOwn(allowed, path)) {
      found.push({ path, line: 1, message: 'is reached: take it out of the exceptions in tools/tidy/house.mjs' });
    }
  }
  for (const folder of Object.keys(house.exceptions.comingFolders)) {
    if (sources.some((path) => path.startsWith(folder) && !alive.has(path))) continue;
    found.push({ path: folder, line: 1, message: 'is reached: take it out of the exceptions in tools/tidy/house.mjs' });
  }
  // What stands beside the tests must be reached from one.
  const tests = new Set([...tree.keys()].filter((path) => /\.test\.ts$/.test(path)));
  for (const path of tests) for (const target of targets(tree.get(path))) tests.add(target);
  for (const path of tree.keys()) {
    if (isTestSide(path) && !path.startsWith('bench/') && !tests.has(path) && !Object.hasOwn(allowed, path)) {
      found.push({ path, line: 1, message: 'dead: no test reaches it' });
    }
  }
  return found;
}

/**
 * What another file uses, and the types that it names in turn: an exported function's own result has a name people can use.
 * @param {readonly import('./module.mjs').Export[]} exports of one module
 * @param {(item: import('./module.mjs').Export) => boolean} isRoot
 * @returns {Set<import('./module.mjs').Export>}
 */
function aliveExports(exports, isRoot) {
  const alive = new Set(exports.filter(isRoot));
  for (const { text } of alive) {
    const words = new Set(text.match(/[\w$]+/g));
    for (const item of exports) if (item.isType && words.has(item.name)) alive.add(item);
  }
  return alive;
}

/** @type {import('./rules.mjs').Rule} Every export of a source file is imported by another one that is no test, or is a type of one that is. */
export function deadExports(tree, house) {
  /** @type {Map<string, Set<string>>} */
  const used = new Map();
  for (const { path, imports } of tree.values()) {
    if (isTestSide(path)) continue;
    for (const { target, names } of imports) {
      if (target.kind !== 'file' || target.path === path) continue;
      const uses = used.get(target.path) ?? new Set();
      for (const name of names === 'all' ? ['*'] : names) uses.add(name);
      used.set(target.path, uses);
    }
  }
  const found = [];
  const allowed = house.exceptions.deadExports;
  for (const { path, exports } of tree.values()) {
    if (!path.startsWith('src/') || isTestSide(path)) continue;
    const uses = used.get(path) ?? new Set();
    /** @param {import('./module.mjs').Export} item */
    const isListed = ({ name }) => Object.hasOwn(allowed, `${path}#${name}`);
    const alive = aliveExports(exports, ({ name }) => uses.has(name) || uses.has('*'));
    const kept = aliveExports(exports, (item) => alive.has(item) || isListed(item));
    for (const item of exports) {
      const { name, line } = item;
      if (name === '*') continue;
      if (!kept.has(item) && !isComing(path, house))
        found.push({ path, line, message: `dead: no other source file imports ${name}` });
      if (alive.has(item) && isListed(item)) {
        found.push({
          path,
          line,
          message: `${name} is imported: take it out of the exceptions in tools/tidy/house.mjs`,
        });
      }
    }
  }
  return found;
}

/** @type {import('./rules.mjs').Rule} Exceptions name what exists. */
export function staleExceptions(tree, house) {
  return Object.entries(house.exceptions).flatMap(([list, entries]) =>
    Object.keys(entries)
      .filter((key) => {
        if (key.endsWith('/')) return ![...tree.keys()].some((path) => path.startsWith(key));
        const [path = '', name] = key.split('#');
        const module = tree.get(path);
        return module === undefined || (name !== undefined && !module.exports.some((item) => item.name === name));
      })
      .map((key) => ({ path: 'tools/tidy/house.mjs', line: 1, message: `${list} lists ${key}, which does not exist` })),
  );
}
