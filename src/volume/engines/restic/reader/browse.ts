import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import { throwOutOfReach } from '#volume/engines/restic/reader/files.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import { type ResticRepository, readBlob } from '#volume/engines/restic/reader/repository.ts';
import { parseTree, type Tree, type TreeNode } from '#volume/engines/restic/reader/tree.ts';

/** Deeper than any path that the system takes at once. */
export const MAX_TREE_DEPTH = 4096;

/** A directory of a snapshot. @throws `RESTIC_TREE_INVALID`, and as `readBlob` */
export async function readTree(repository: ResticRepository, id: string): Promise<Tree> {
  return parseTree(await readBlob(repository, 'tree', id));
}

/** An entry of a snapshot with its path from the snapshot's root, no slash in front; or what could not be read there. */
export type WalkEntry =
  | { readonly path: Buffer; readonly node: TreeNode }
  | { readonly path: Buffer; readonly problem: Problem };

/**
 * All entries below a tree, each directory before what is in it. A directory that cannot be read is a problem after its
 * own entry, and the walk goes on. It has no end of its own where somebody made trees that hold each other many times
 * over: stop asking. @throws what `throwOutOfReach` knows
 */
export async function* walkTree(repository: ResticRepository, tree: string): AsyncGenerator<WalkEntry> {
  interface Level {
    readonly path: Buffer;
    readonly nodes: readonly TreeNode[];
    next: number;
  }
  const levels: Level[] = [];
  const enter = async (path: Buffer, id: string): Promise<readonly Problem[]> => {
    try {
      if (levels.length >= MAX_TREE_DEPTH) {
        throw new HoldfastError(
          'RESTIC_TREE_TOO_DEEP',
          `There are more than ${MAX_TREE_DEPTH} directories in each other`,
        );
      }
      const { nodes, refused } = await readTree(repository, id);
      levels.push({ path, nodes, next: 0 });
      return refused;
    } catch (error) {
      throwOutOfReach(error);
      return [problemOf(error, displayPath(path))];
    }
  };
  const root = Buffer.alloc(0);
  for (const problem of await enter(root, tree)) yield { path: root, problem };
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const node = level.nodes[level.next];
    level.next += 1;
    if (node === undefined) {
      levels.pop();
      continue;
    }
    const path = joinPath(level.path, node.name);
    yield { path, node };
    if (node.subtree === undefined) continue;
    for (const problem of await enter(path, node.subtree)) yield { path, problem };
  }
}

/** One path of the snapshot and a name in it. */
export function joinPath(path: Buffer, name: Buffer): Buffer {
  return path.length === 0 ? name : Buffer.concat([path, Buffer.from('/'), name]);
}

/**
 * The entry at a path of a tree; empty names in it are passed over. Undefined where there is none. @throws as `readTree`
 */
export async function findNode(
  repository: ResticRepository,
  tree: string,
  path: string | Buffer,
): Promise<TreeNode | undefined> {
  let id: string | undefined = tree;
  let node: TreeNode | undefined;
  // Latin-1 keeps bytes as they are.
  for (const name of Buffer.from(path).toString('latin1').split('/')) {
    if (name === '') continue;
    if (id === undefined) return undefined;
    const wanted = Buffer.from(name, 'latin1');
    const { nodes }: Tree = await readTree(repository, id);
    node = nodes.find((one) => one.name.equals(wanted));
    if (node === undefined) return undefined;
    id = node.subtree;
  }
  return node;
}

/**
 * The bytes of a file in order, each piece checked before it is given: one piece of at most some MiB in memory, and the
 * next one under way. A piece that cannot be had ends it with an error; what was given before is right.
 * @throws as `readBlob`
 */
export async function* fileContent(repository: ResticRepository, node: TreeNode): AsyncGenerator<Buffer> {
  const ask = (index: number) => {
    const id = node.content[index];
    const asked = id === undefined ? undefined : readBlob(repository, 'data', id);
    // Its error is thrown when its turn comes.
    asked?.catch(() => undefined);
    return asked;
  };
  let next = ask(0);
  for (let index = 1; next !== undefined; index += 1) {
    const bytes: Buffer = await next;
    next = ask(index);
    yield bytes;
  }
}
