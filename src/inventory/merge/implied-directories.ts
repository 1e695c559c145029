import { parentOf } from '#inventory/parent-path.ts';

/** Directories that are remembered as seen; when there are more, some are named twice. */
const MAX_REMEMBERED = 100_000;

/**
 * Names the directories that paths lie in and that were not named before. A layer need not list them: where it does not,
 * engines make them, also in place of a file below.
 */
export function newDirectories(): (path: string) => readonly string[] {
  let last = '';
  let seen = new Set<string>();
  return (path) => {
    const parent = parentOf(path);
    if (parent === last || parent === '') return NONE;
    last = parent;
    const found: string[] = [];
    for (let at = parent; at !== '' && !seen.has(at); at = parentOf(at)) {
      if (seen.size >= MAX_REMEMBERED) seen = new Set();
      seen.add(at);
      found.push(at);
    }
    return found;
  };
}

const NONE: readonly string[] = [];
