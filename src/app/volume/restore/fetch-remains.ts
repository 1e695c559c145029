import { lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { openOwnReader } from '#app/volume/repositories/own-reader.ts';
import { type Fetched, noSuchPath } from '#app/volume/restore/fetch.ts';
import { refuseOutside } from '#app/volume/restore/refuse-outside.ts';
import type { RestoreDeps } from '#app/volume/restore/restore-types.ts';
import { writing } from '#base/files/writing.ts';
import { HoldfastError } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import { findNode } from '#volume/engines/restic/reader/browse.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import { writeTree } from '#volume/engines/restic/reader/write-tree.ts';

/**
 * Restores what is whole of a file or directory of a snapshot in a damaged repository, without restic, and names the rest.
 * Each piece's hash is checked before it is written.
 * @throws `SNAPSHOT_PATH_UNKNOWN`, `SNAPSHOT_PATH_REFUSED`, and `RESTIC_*` when not even the path can be read
 */
export async function fetchRemains(
  deps: Pick<RestoreDeps, 'repository'>,
  row: SnapshotRow,
  path: Buffer,
  scratch: Buffer,
): Promise<Fetched> {
  refuseOutside(path);
  const reader = await openOwnReader(deps.repository);
  const { repository } = reader;
  try {
    const root = { name: Buffer.alloc(0), type: 'dir', mode: 0o700, uid: 0, gid: 0, sizeBytes: 0, links: 1 } as const;
    const node =
      path.length === 0
        ? { ...root, xattrs: [], content: [], subtree: row.tree }
        : await findNode(repository, row.tree, path);
    if (node === undefined) throw noSuchPath(row, path);
    writing(scratch.toString(), () => mkdirSync(scratch, { mode: 0o700 }));
    const item = Buffer.concat([scratch, Buffer.from('/data')]);
    const { lost, problems } = await writeTree(repository, node, item);
    const own = lost.find((one) => one.path.length === 0);
    // What was refused of its root names the root, and the rest may be there.
    if (own !== undefined && isNothing(item)) {
      throw new HoldfastError('RESTORE_NOTHING_LEFT', `Nothing of it is left: ${own.problem.message}`);
    }
    return {
      ...{ item, problems },
      lost: lost.map((one) => ({ path: `/${displayPath(one.path)}`, why: one.problem.message })),
    };
  } finally {
    await reader.close();
  }
}

function isNothing(item: Buffer): boolean {
  const found = lstatSync(item, { throwIfNoEntry: false });
  return found === undefined || (found.isDirectory() && readdirSync(item).length === 0);
}
