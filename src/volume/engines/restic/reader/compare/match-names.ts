import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';

/** A file that has another extension, or one more, than before. */
export interface Renamed {
  readonly before: TreeNode;
  readonly after: TreeNode;
  /** The new last extension with its dot. */
  readonly extension: string;
}

/** What became of the files of one directory that do not have the name that they had. */
export interface MatchedNames {
  readonly renamed: readonly Renamed[];
  readonly removed: readonly TreeNode[];
  readonly added: readonly TreeNode[];
}

/** Beyond that many dots in a name, the others are not looked at. */
const MOST_DOTS = 8;

/**
 * Finds for each new file of a directory the one that is gone and whose name it goes on from: `a.doc` became `a.doc.locked`,
 * `a.locked` or `a.doc.id-7.crypt`. Each is found at most once.
 */
export function matchNames(removed: readonly TreeNode[], added: readonly TreeNode[]): MatchedNames {
  // Latin-1 keeps bytes as they are.
  const byName = new Map(removed.map((node) => [node.name.toString('latin1'), node]));
  const byStem = new Map<string, string>();
  for (const name of byName.keys()) {
    const dot = name.lastIndexOf('.');
    if (dot > 0) byStem.set(name.slice(0, dot), name);
  }
  const renamed: Renamed[] = [];
  const left: TreeNode[] = [];
  for (const after of added) {
    const name = after.name.toString('latin1');
    const found = beginnings(name)
      .flatMap((start) => [start, byStem.get(start)])
      .find((one) => one !== undefined && byName.has(one) && extensionOf(one) !== extensionOf(name));
    const before = found === undefined ? undefined : byName.get(found);
    if (found === undefined || before === undefined) left.push(after);
    else {
      byName.delete(found);
      renamed.push({ before, after, extension: extensionOf(name) });
    }
  }
  return { renamed, removed: [...byName.values()], added: left };
}

/** What stands before each dot, the longest first. */
function beginnings(name: string): readonly string[] {
  const starts: string[] = [];
  let dot = name.length;
  while (starts.length < MOST_DOTS) {
    dot = dot === 0 ? -1 : name.lastIndexOf('.', dot - 1);
    if (dot <= 0) break;
    starts.push(name.slice(0, dot));
  }
  return starts;
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot);
}
