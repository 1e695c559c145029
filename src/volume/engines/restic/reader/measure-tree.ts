import { HoldfastError, type Problem } from '#core/errors.ts';
import { MAX_TREE_DEPTH, readTree } from '#volume/engines/restic/reader/browse.ts';
import { isResticId } from '#volume/engines/restic/reader/files.ts';
import type { ResticRepository } from '#volume/engines/restic/reader/repository.ts';

/** What a tree of a snapshot holds, before anything of it is written. */
export interface MeasuredTree {
  /** Entries below it; directories that hold each other many times over are counted each time. */
  readonly entries: number;
  /** The first entries that cannot be believed: names that lead elsewhere, or that stand there twice. */
  readonly refused: readonly Problem[];
}

const MOST_REFUSED = 20;

/** Reads every tree below one, each only once however often it is held. @throws as `readTree`, `RESTIC_TREE_TOO_DEEP` */
export async function measureTree(repository: ResticRepository, id: string): Promise<MeasuredTree> {
  const refused: Problem[] = [];
  const known = new Map<string, number>();
  const visit = async (tree: string, depth: number): Promise<number> => {
    const before = known.get(tree);
    if (before !== undefined) return before;
    if (depth > MAX_TREE_DEPTH || !isResticId(tree)) {
      throw new HoldfastError(
        'RESTIC_TREE_TOO_DEEP',
        `There are more than ${MAX_TREE_DEPTH} directories in each other`,
      );
    }
    const read = await readTree(repository, tree);
    refused.push(...read.refused.slice(0, MOST_REFUSED - refused.length));
    let entries = read.nodes.length;
    for (const { subtree } of read.nodes) if (subtree !== undefined) entries += await visit(subtree, depth + 1);
    known.set(tree, entries);
    return entries;
  };
  return { entries: await visit(id, 1), refused };
}
