// The rules that look at one import or one file at a time.
import { folderOf, isTestSide } from './tree.mjs';

/** @typedef {{ path: string, line: number, message: string }} Complaint */
/** @typedef {(tree: import('./tree.mjs').Tree, house: import('./house.mjs').House) => Complaint[]} Rule */

const BANNED = new Set([
  'util',
  'utils',
  'common',
  'commons',
  'helper',
  'helpers',
  'manager',
  'managers',
  'impl',
  'impls',
]);

/** @type {Rule} Every folder of src/ has its tier, and every import across folders keeps to it. */
export function tiers(tree, house) {
  /** @type {Complaint[]} */
  const found = [];
  for (const { path, imports } of tree.values()) {
    const folder = folderOf(path);
    if (path.startsWith('src/') && folder === undefined && path !== 'src/main.ts' && !isTestSide(path)) {
      found.push({ path, line: 1, message: 'only main.ts stands in src/ itself' });
    }
    if (folder === undefined) continue;
    const allowed = Object.hasOwn(house.tiers, folder) ? house.tiers[folder] : undefined;
    if (allowed === undefined) {
      found.push({ path, line: 1, message: `the folder ${folder} has no tier in tools/tidy/house.mjs` });
      continue;
    }
    for (const { target, line } of imports) {
      if (target.kind !== 'file' || !target.path.startsWith('src/')) continue;
      const other = folderOf(target.path) ?? 'main.ts';
      if (other === folder || allowed.includes(other)) continue;
      found.push({ path, line, message: `${folder} may not import ${other} (${target.path})` });
    }
  }
  return found;
}

/** @type {Rule} Imports are written so that the tier shows, lead to a file, and bring no package that has no reason. */
export function specifiers(tree, house) {
  /** @type {Complaint[]} */
  const found = [];
  for (const { path, imports } of tree.values()) {
    const product = (path.startsWith('src/') || path.startsWith('web/')) && !isTestSide(path);
    const top = folderOf(path);
    for (const { specifier, target, line } of imports) {
      /** @param {string} message */
      const complain = (message) => found.push({ path, line, message });
      if (specifier === '(computed)') {
        if (product) complain('import() of a computed name hides what is imported');
      } else if (target.kind === 'missing') complain(`${specifier} leads to no file`);
      else if (target.kind === 'package') {
        const allowed = !product || top === 'web' || house.packages.includes(target.name);
        if (!allowed) complain(`the package ${target.name} has no reason in tools/tidy/house.mjs`);
      } else if (target.kind === 'file' && target.path !== 'package.json') {
        if (product && isTestSide(target.path)) complain(`source imports a test's file, ${target.path}`);
        const fromTest = isTestSide(path) && isTestSide(target.path);
        const leaves = top !== undefined && folderOf(target.path) !== top;
        const inward = !path.startsWith('src/') && target.path.startsWith('src/');
        if (specifier.startsWith('.') && (leaves || inward) && !fromTest) {
          complain(`${specifier} leaves the folder: write #${target.path.replace(/^src\//, '')}`);
        }
      }
    }
  }
  return found;
}

/** @param {string} text @returns {string | undefined} the first word of an identifier or a path that says nothing */
function bannedWord(text) {
  const words = text.replace(/([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2').split(/[^A-Za-z0-9]+/);
  return words.find((word) => BANNED.has(word.toLowerCase()));
}

/** @type {Rule} Names say what a thing is; files are kebab-case; exports have names. */
export function names(tree, house) {
  /** @type {Complaint[]} */
  const found = [];
  const { names: allowed } = house.exceptions;
  const folders = new Set();
  for (const { path, exports } of tree.values()) {
    const word = bannedWord(path.slice(path.lastIndexOf('/') + 1));
    if (word !== undefined && !Object.hasOwn(allowed, path)) {
      found.push({ path, line: 1, message: `the name of the file says nothing: ${word}` });
    }
    const folder = path.slice(0, path.lastIndexOf('/'));
    const empty = bannedWord(folder);
    if (empty !== undefined && !folders.has(folder)) {
      found.push({ path, line: 1, message: `the name of the folder ${folder} says nothing: ${empty}` });
    }
    folders.add(folder);
    if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*$/.test(path.slice(path.lastIndexOf('/') + 1))) {
      found.push({ path, line: 1, message: 'files are named in kebab-case' });
    }
    if (!path.startsWith('src/') && !path.startsWith('web/')) continue;
    for (const { name, line } of exports) {
      const nothing = bannedWord(name);
      if (nothing !== undefined && !Object.hasOwn(allowed, `${path}#${name}`)) {
        found.push({ path, line, message: `the exported name ${name} says nothing: ${nothing}` });
      }
      if (name === 'default') found.push({ path, line, message: 'a default export has no name' });
      if (name === '*') found.push({ path, line, message: 'export * hides what a file offers' });
    }
  }
  return found;
}

/** @type {Rule} Files are short; what the parser could not read is said. */
export function files(tree, house) {
  /** @type {Complaint[]} */
  const found = [];
  for (const { path, lines, errors } of tree.values()) {
    const limit = isTestSide(path) ? house.testLines : house.sourceLines;
    const allowed = Object.hasOwn(house.exceptions.longFiles, path);
    if (lines > limit && !allowed)
      found.push({ path, line: limit + 1, message: `${lines} lines, the limit is ${limit}` });
    if (lines <= limit && allowed) {
      found.push({ path, line: 1, message: 'is short enough: take it out of the exceptions in tools/tidy/house.mjs' });
    }
    for (const error of errors) found.push({ path, ...error });
  }
  return found;
}
