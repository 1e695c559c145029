// Reads the tree and tells where it is not as the house is meant to be.
import { circles, deadExports, deadFiles, staleExceptions } from './graph-rules.mjs';
import { files, names, specifiers, tiers } from './rules.mjs';
import { readTree } from './tree.mjs';

const RULES = [tiers, specifiers, circles, deadFiles, deadExports, names, files, staleExceptions];

/**
 * @param {string} root the repository's folder
 * @param {import('./house.mjs').House} house
 * @returns {{ modules: number, imports: number, complaints: import('./rules.mjs').Complaint[] }} complaints by path and line
 * @throws when there is no module in src/: a reader that sees nothing would find nothing
 */
export function tidy(root, house) {
  const tree = readTree(root);
  const modules = [...tree.keys()].filter((path) => path.startsWith('src/')).length;
  if (modules === 0) throw new Error(`tidy saw no module in ${root}/src`);
  const complaints = RULES.flatMap((rule) => rule(tree, house));
  complaints.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
  const imports = [...tree.values()].reduce((sum, module) => sum + module.imports.length, 0);
  return { modules, imports, complaints };
}
