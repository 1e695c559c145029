const MODULES = 'node_modules/';

/**
 * The directories, each with a slash at its end, in whose node_modules these package.json files lie. A lock file that
 * stands in one of them says nothing more: what is installed is known. Paths are relative to the root.
 */
export function directoriesWithModules(installedPaths: Iterable<string>): ReadonlySet<string> {
  const directories = new Set<string>();
  for (const path of installedPaths) {
    for (let at = path.indexOf(MODULES); at >= 0; at = path.indexOf(MODULES, at + 1)) {
      if (at === 0 || path[at - 1] === '/') directories.add(path.slice(0, at));
    }
  }
  return directories;
}

/** True when the lock file stands in one of those directories. */
export function coveredByInstalled(lockPath: string, directories: ReadonlySet<string>): boolean {
  return directories.has(lockPath.slice(0, lockPath.lastIndexOf('/') + 1));
}
