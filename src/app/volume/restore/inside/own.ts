import type { OwnReader } from '#app/volume/repositories/own-reader.ts';
import { type InsideEntry, insidePath, type OpenInside } from '#app/volume/restore/inside/inside.ts';
import { HoldfastError, type Problem, problemOf } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import { fileContent, findNode, joinPath, readTree, walkTree } from '#volume/engines/restic/reader/browse.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import { readSnapshot, snapshotIds } from '#volume/engines/restic/reader/snapshots.ts';
import type { TreeNode } from '#volume/engines/restic/reader/tree.ts';

/** Looks into an open repository without restic; nothing is written, no lock is taken. Closing closes the reader. */
export function ownInside({ repository, close }: OwnReader): OpenInside {
  const problems: Problem[] = [];
  const nodeAt = async ({ tree }: SnapshotRow, path: Buffer): Promise<TreeNode | undefined> =>
    path.length === 0 ? undefined : findNode(repository, tree, path);
  const treeAt = async (row: SnapshotRow, path: Buffer): Promise<string> => {
    if (path.length === 0) return row.tree;
    const node = await nodeAt(row, path);
    if (node?.subtree !== undefined) return node.subtree;
    throw new HoldfastError('SNAPSHOT_PATH_UNKNOWN', `${displayPath(path)} is no directory of the snapshot`, {
      kind: 'usage',
    });
  };
  return {
    reader: 'own',
    snapshots: async ({ tags = [], host, ids } = {}) => {
      const rows: SnapshotRow[] = [];
      for (const id of await snapshotIds(repository)) {
        try {
          const { hostname, original, ...read } = await readSnapshot(repository, id);
          const { time, tree, paths, tags: own } = read;
          const row = { id, time, tree, paths, tags: own, host: hostname ?? '' };
          rows.push(original === undefined ? row : { ...row, original });
        } catch (error) {
          problems.push(problemOf(error, `snapshots/${id}`));
        }
      }
      return rows
        .filter((row) => tags.every((tag) => row.tags.includes(tag)) && (host === undefined || row.host === host))
        .filter(({ id }) => ids === undefined || ids.some((one) => id.startsWith(one)))
        .sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || (a.id < b.id ? -1 : 1));
    },
    entry: async (row, path) => {
      const node = await nodeAt(row, insidePath(path));
      return node === undefined ? undefined : entryOf(insidePath(path), node);
    },
    list: async function* (row, path, deep) {
      const top = insidePath(path);
      const tree = await treeAt(row, top);
      if (!deep) {
        const { nodes, refused } = await readTree(repository, tree);
        for (const node of nodes) yield entryOf(joinPath(top, node.name), node);
        for (const problem of refused) yield { path: top, problem };
        return;
      }
      for await (const found of walkTree(repository, tree)) {
        const below = found.path.length === 0 ? top : joinPath(top, found.path);
        yield 'problem' in found ? { path: below, problem: found.problem } : entryOf(below, found.node);
      }
    },
    content: async function* (row, path) {
      const node = await nodeAt(row, insidePath(path));
      if (node?.type !== 'file') {
        throw new HoldfastError('SNAPSHOT_PATH_UNKNOWN', `${displayPath(path)} is no file of the snapshot`, {
          kind: 'usage',
        });
      }
      yield* fileContent(repository, node);
    },
    problems: () => [...problems, ...repository.damage.all().map(({ problem }) => problem)],
    close,
  };
}

function entryOf(path: Buffer, { type, sizeBytes, mode, uid, gid, mtime, linkTarget }: TreeNode): InsideEntry {
  const entry = { path, type, sizeBytes, mode, uid, gid, mtime: mtime ?? '' };
  return linkTarget === undefined ? entry : { ...entry, linkTarget };
}
