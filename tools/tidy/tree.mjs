// Reads the repository's sources and resolves what they import.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { readModule } from './module.mjs';

/** @typedef {import('./module.mjs').Import & { target: Target }} ResolvedImport */
/**
 * Where an import leads. `missing`: to no file.
 * @typedef {{ kind: 'file', path: string } | { kind: 'package', name: string } | { kind: 'builtin' } | { kind: 'missing' }} Target
 */
/** @typedef {Omit<import('./module.mjs').Module, 'imports'> & { imports: readonly ResolvedImport[] }} TreeModule */
/** @typedef {ReadonlyMap<string, TreeModule>} Tree modules by path */

const ROOTS = ['src', 'test', 'bench', 'tools', 'web'];
const SOURCE = /\.(?:ts|tsx|mts|mjs|js)$/;
const SKIP = new Set(['node_modules', 'dist', 'fixtures']);

/** @param {string} root @param {string} folder @returns {string[]} */
function sourcesIn(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIP.has(entry.name) ? [] : sourcesIn(root, path);
    return SOURCE.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
  });
}

/**
 * @param {string} root
 * @param {string} from
 * @param {string} specifier
 * @returns {Target}
 */
function resolve(root, from, specifier) {
  if (specifier.startsWith('node:')) return { kind: 'builtin' };
  if (specifier.startsWith('#') || specifier.startsWith('.')) {
    const path = specifier.startsWith('#')
      ? `src/${specifier.slice(1)}`
      : posix.normalize(`${posix.dirname(from)}/${specifier}`);
    return existsSync(join(root, path)) ? { kind: 'file', path } : { kind: 'missing' };
  }
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
  return { kind: 'package', name };
}

/** @param {string} root the repository's folder @returns {Tree} */
export function readTree(root) {
  /** @type {Map<string, TreeModule>} */
  const tree = new Map();
  for (const path of ROOTS.flatMap((folder) => sourcesIn(root, folder)).sort()) {
    const read = readModule(path, readFileSync(join(root, path), 'utf8'));
    const imports = read.imports.map((item) => ({ ...item, target: resolve(root, path, item.specifier) }));
    tree.set(path, { ...read, imports });
  }
  return tree;
}

/** @param {string} path @returns {boolean} true for tests and what only they use: their fixtures and all of test/ and bench/ */
export function isTestSide(path) {
  return /\.(?:test|fixture)\.ts$/.test(path) || path.startsWith('test/') || path.startsWith('bench/');
}

/** @param {string} path @returns {string | undefined} the folder of src/ a file belongs to, `web` for the web page */
export function folderOf(path) {
  const [top, folder, ...rest] = path.split('/');
  if (top === 'web') return 'web';
  return top === 'src' && rest.length > 0 ? folder : undefined;
}
