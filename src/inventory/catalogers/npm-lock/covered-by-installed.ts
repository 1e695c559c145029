/**
 * True when `installedPath`, a package.json, lies in the node_modules that stands beside the lock file `lockPath`: what
 * is installed is then known, and the lock's list says nothing more. Paths are relative to the root.
 */
export function coveredByInstalled(lockPath: string, installedPath: string): boolean {
  const directory = lockPath.slice(0, lockPath.lastIndexOf('/') + 1);
  return installedPath.startsWith(`${directory}node_modules/`);
}
