/**
 * Where a package.json lies, by its path alone: `module` exactly where npm, yarn, pnpm or bun install a package,
 * `system` where a distribution installs one for Node, `free` outside of both, `inside` deeper in a package (test data,
 * markers, copies), which npm does not list either.
 */
export type Place = 'module' | 'system' | 'free' | 'inside';

const OUTSIDE = '(?:(?!node_modules/)[^/]+/)*';
const NAME = '(?:@[^/]+/)?[^/@.][^/]*/';
/** pnpm's `.pnpm/NAME@1/node_modules/NAME`, bun's `.bun`, and yarn's `.store/NAME-1/package`. */
const STORED = '\\.[^/]+/[^/]+/';
const LINK = `node_modules/(?:(?:${STORED}node_modules/)?${NAME}|${STORED}package/)`;
const SYSTEM_ROOT = 'usr/(?:share|lib|lib/[^/]+)/nodejs/';

/** Paths that can be anything but `inside` a package: a chain of `node_modules/NAME`, or no node_modules at all. */
export const POSSIBLE_PLACE = new RegExp(`^${OUTSIDE}(?:${LINK})*package\\.json$`);

const MODULE = new RegExp(`^${OUTSIDE}(?:${LINK})+package\\.json$`);
const SYSTEM_ANY = new RegExp(`^${SYSTEM_ROOT}`);
const SYSTEM = new RegExp(`^${SYSTEM_ROOT}${NAME}package\\.json$`);
const SYSTEM_MODULE = new RegExp(`^${SYSTEM_ROOT}${NAME}(?:${LINK})+package\\.json$`);

/** Tells the place of a package.json; the path is relative to the root. */
export function placeOf(path: string): Place {
  if (SYSTEM_ANY.test(path)) {
    if (SYSTEM.test(path)) return 'system';
    return SYSTEM_MODULE.test(path) ? 'module' : 'inside';
  }
  if (MODULE.test(path)) return 'module';
  return POSSIBLE_PLACE.test(path) ? 'free' : 'inside';
}

/** The name that its directory gives a package, as npm calls one whose file has none. */
export function nameFromPath(path: string): string {
  const parts = path.split('/').slice(0, -1);
  const last = parts.at(-1) ?? '';
  const scope = parts.at(-2) ?? '';
  return scope.startsWith('@') ? `${scope}/${last}` : last;
}
