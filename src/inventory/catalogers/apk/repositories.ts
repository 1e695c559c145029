const BRANCH = /^(?:edge|latest-stable|v\d{1,3}\.\d{1,3})$/;
/** Alpine's repositories, in use and of the past: outside a path named `alpine` one of them must follow the branch. */
const REPOSITORIES = new Set(['main', 'community', 'testing', 'releases', 'backports', 'non-free', 'nonfree']);

/**
 * Alpine's branches that a repositories file names, each once and in order (apk-repositories(5)): the part of an address
 * such as `…/alpine/v3.19/main` that says it. Repositories with a tag (`@testing …`) are left out, as apk takes from them
 * only what is asked for with the tag.
 */
export function readBranches(text: string): readonly string[] {
  const branches = new Set<string>();
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('@') || trimmed.length > 4096) continue;
    // apk 3 allows the kind of index before the address, and components after it.
    for (const word of trimmed.split(/\s+/)) {
      const branch = branchOf(word.split('/'));
      if (branch !== undefined) branches.add(branch);
    }
  }
  return [...branches];
}

function branchOf(parts: readonly string[]): string | undefined {
  return parts.find((part, index) => {
    if (index === 0 || !BRANCH.test(part)) return false;
    return parts[index - 1] === 'alpine' || REPOSITORIES.has(parts[index + 1] ?? '');
  });
}
