import { endJson, type JsonCursor, jsonMembers, openJson } from '#base/json/json-cursor.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { FoundPackage } from '#inventory/package.ts';
import { lockedPackage, nameOfKey, readLockEntry } from './lock-entry.ts';

const MAX_DEPTH = 200;
const MAX_PACKAGES = 200_000;

export interface PackageLock {
  readonly packages: readonly FoundPackage[];
  readonly problem?: Problem;
}

type Found = Map<string, FoundPackage>;

function add(found: Found, one: FoundPackage | undefined): void {
  if (one === undefined) return;
  if (found.size >= MAX_PACKAGES) {
    throw new HoldfastError('NPM_LOCK_TOO_MANY', `more than ${MAX_PACKAGES} packages are listed`);
  }
  const key = `${one.name}@${one.version}`;
  if (!found.has(key)) found.set(key, one);
}

/** `packages` of lock files 2 and 3: keys are paths, the root's is empty, links point to entries of their own. */
function readPackages(cursor: JsonCursor, found: Found): void {
  for (const key of jsonMembers(cursor)) {
    const entry = readLockEntry(cursor, () => undefined);
    if (key !== '' && !entry.link) add(found, lockedPackage(nameOfKey(key), entry));
  }
}

/** `dependencies` of lock file 1: keys are names, nested as node_modules are. */
function readDependencies(cursor: JsonCursor, found: Found): void {
  for (const name of jsonMembers(cursor)) {
    const entry = readLockEntry(cursor, () => readDependencies(cursor, found));
    add(found, lockedPackage(name, entry));
  }
}

function readAll(bytes: Buffer, packages: Found, dependencies: Found): boolean {
  const cursor = openJson(bytes, MAX_DEPTH);
  let known = false;
  for (const member of jsonMembers(cursor)) {
    if (member === 'lockfileVersion') known = true;
    if (member === 'packages') readPackages(cursor, packages);
    else if (member === 'dependencies' && packages.size === 0) readDependencies(cursor, dependencies);
  }
  endJson(cursor);
  return known;
}

/**
 * Every package that package-lock.json or npm-shrinkwrap.json names, each name and version once: versions 1 to 3 (npm's
 * package-lock.json documentation). What cannot be read to the end is a problem, and what came before it counts.
 */
export function readPackageLock(path: string, bytes: Buffer): PackageLock {
  const packages: Found = new Map();
  const dependencies: Found = new Map();
  let problem: Problem | undefined;
  try {
    const known = readAll(bytes, packages, dependencies);
    if (!known && packages.size + dependencies.size === 0) {
      problem = { code: 'NPM_LOCK_INVALID', message: `${path} has no lockfileVersion and lists no packages`, path };
    }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const code = error.code === 'NPM_LOCK_TOO_MANY' ? error.code : 'NPM_LOCK_INVALID';
    problem = { code, message: `${path} cannot be read to its end: ${error.message}`, path };
  }
  const found = packages.size > 0 ? packages : dependencies;
  return { packages: [...found.values()], ...(problem === undefined ? {} : { problem }) };
}
