import { HoldfastError } from '#core/errors.ts';
import { readTree } from '#volume/engines/restic/reader/browse.ts';
import { matchNames, type Renamed } from '#volume/engines/restic/reader/compare/match-names.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';

/** What a walk over two trees finds. */
export interface DifferenceVisitor {
  /** A file with other content under the same path. */
  changed(before: TreeNode, after: TreeNode): void;
  renamed(file: Renamed): void;
  removed(file: TreeNode): void;
  added(file: TreeNode): void;
}

/** More than that in both trees together is not compared. */
const MOST_ENTRIES = 4_000_000;

/**
 * Walks two trees of a repository side by side, and leaves out what is the same in both, by the trees' ids: it takes as long
 * as what changed. Links and devices are passed over; a directory that was only moved within its own counts for nothing.
 * @throws `COMPARE_TOO_MUCH`, and as `readTree`
 */
export async function visitDifferences(
  repository: ResticRepository,
  before: string | undefined,
  after: string | undefined,
  visitor: DifferenceVisitor,
): Promise<void> {
  const pairs: [before: string | undefined, after: string | undefined][] = [[before, after]];
  let entries = 0;
  const nodesOf = async (tree: string | undefined): Promise<readonly TreeNode[]> => {
    if (tree === undefined) return [];
    const { nodes } = await readTree(repository, tree);
    entries += nodes.length + 1;
    if (entries <= MOST_ENTRIES) return nodes;
    throw new HoldfastError('COMPARE_TOO_MUCH', `There are more than ${MOST_ENTRIES} entries to compare`);
  };
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    if (pair[0] === pair[1]) continue;
    const [old, now] = [await nodesOf(pair[0]), await nodesOf(pair[1])];
    const byName = new Map(old.map((node) => [node.name.toString('latin1'), node]));
    const gone = new Set(old);
    const came: TreeNode[] = [];
    for (const node of now) {
      const was = byName.get(node.name.toString('latin1'));
      if (was === undefined || was.type !== node.type) {
        came.push(node);
        continue;
      }
      gone.delete(was);
      if (node.type === 'dir') pairs.push([was.subtree, node.subtree]);
      else if (node.type === 'file' && !sameContent(was, node)) visitor.changed(was, node);
    }
    const names = matchNames([...gone].filter(isFile), came.filter(isFile));
    for (const file of names.renamed) visitor.renamed(file);
    for (const file of names.removed) visitor.removed(file);
    for (const file of names.added) visitor.added(file);
    pairs.push(...directories([...gone], came));
  }
}

/** Directories that are only in one tree, but for those that are in both under other names. */
function directories(gone: readonly TreeNode[], came: readonly TreeNode[]): [string | undefined, string | undefined][] {
  const treesOf = (nodes: readonly TreeNode[]) =>
    nodes.flatMap(({ subtree }) => (subtree === undefined ? [] : [subtree]));
  const [old, now] = [treesOf(gone), treesOf(came)];
  const [wasThere, isThere] = [new Set(old), new Set(now)];
  return [
    ...old.filter((tree) => !isThere.has(tree)).map((tree): [string, undefined] => [tree, undefined]),
    ...now.filter((tree) => !wasThere.has(tree)).map((tree): [undefined, string] => [undefined, tree]),
  ];
}

/** Whether two files hold the same bytes. */
export function sameContent(a: TreeNode, b: TreeNode): boolean {
  return a.content.length === b.content.length && a.content.every((id, index) => id === b.content[index]);
}

function isFile({ type }: TreeNode): boolean {
  return type === 'file';
}
