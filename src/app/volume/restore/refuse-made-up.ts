import { passwordOf } from '#app/volume/restore/inside/open-inside.ts';
import type { RestoreDeps } from '#app/volume/restore/restore-types.ts';
import { HoldfastError } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import { directoryFiles } from '#volume/engines/restic/reader/directory-files.ts';
import { measureTree } from '#volume/engines/restic/reader/measure-tree.ts';
import { openRepository } from '#volume/engines/restic/reader/repository.ts';

/** Of trees that hold each other many times over there is no end. */
const MOST_ENTRIES = 50_000_000;

/**
 * Looks through the directories of a snapshot that the record does not know before restic writes any of it: names that
 * lead elsewhere or stand in a directory twice (a link, and a directory that is written through it), and trees without an
 * end, were made up by somebody. Only of a repository in a directory of this machine.
 * @throws `SNAPSHOT_MADE_UP`, `RESTIC_*`
 */
export async function refuseMadeUp(
  { repository: { access } }: Pick<RestoreDeps, 'repository'>,
  { id, tree }: Pick<SnapshotRow, 'id' | 'tree'>,
): Promise<void> {
  if (!access.location.startsWith('/')) return;
  const repository = await openRepository(directoryFiles(access.location), passwordOf(access.passwordFile));
  try {
    const { entries, refused } = await measureTree(repository, tree);
    const why = refused[0]?.message ?? (entries > MOST_ENTRIES ? `It has ${entries} entries` : undefined);
    if (why === undefined) return;
    throw new HoldfastError(
      'SNAPSHOT_MADE_UP',
      `The snapshot ${id.slice(0, 8)} cannot have been taken of files: ${why}`,
      {
        hint: 'Nothing was written. --what-is-left restores what can be believed of it.',
      },
    );
  } finally {
    repository.close();
  }
}
