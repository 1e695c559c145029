import type { VisibleFile } from '#inventory/merge/visible-files.ts';

/** Debian's and Fedora's merged /usr: packages list `/bin/x`, the file lies at `usr/bin/x`. */
const MERGED = /^usr\/(?:bin|sbin|lib|lib32|lib64|libx32)\//;

/**
 * Which OS package owns each of these paths. Package lists are read once, line by line, and only asked about the paths:
 * an image's lists name tens of thousands of files.
 * @returns from path to the owning package's name
 */
export function ownersOf(paths: ReadonlySet<string>, files: readonly VisibleFile[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  if (paths.size === 0) return owners;
  const asked = new Map<string, string>();
  for (const path of paths) if (MERGED.test(path)) asked.set(path.slice('usr/'.length), path);
  // Where /usr is not merged, a path of its own goes before the other name of one in /usr.
  for (const path of paths) asked.set(path, path);
  for (const { versions } of files) {
    for (const item of versions[0]?.file.items ?? []) {
      if (item.kind !== 'files') continue;
      const list = item.paths;
      for (let at = 0; at < list.length; ) {
        let end = list.indexOf('\n', at);
        if (end < 0) end = list.length;
        const path = asked.get(list.slice(at, end));
        if (path !== undefined && !owners.has(path)) owners.set(path, item.package);
        at = end + 1;
      }
    }
  }
  return owners;
}
