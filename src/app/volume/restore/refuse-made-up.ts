import { type OwnReader, openOwnReader } from '#app/volume/repositories/own-reader.ts';
import type { RestoreDeps } from '#app/volume/restore/restore-types.ts';
import { HoldfastError } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import { measureTree } from '#volume/engines/restic/reader/measure-tree.ts';

/** Of trees that hold each other many times over there is no end. */
const MOST_ENTRIES = 50_000_000;

/**
 * Looks through the directories of a snapshot that the record does not know before restic writes any of it: names that
 * lead elsewhere or stand in a directory twice (a link, and a directory that is written through it), and trees without an
 * end, were made up by somebody. Wherever the repository lies; but not in the layout that only an old restic knows.
 * @throws `SNAPSHOT_MADE_UP`, `RESTIC_*`
 */
export async function refuseMadeUp(
  { repository: from }: Pick<RestoreDeps, 'repository'>,
  { id, tree }: Pick<SnapshotRow, 'id' | 'tree'>,
): Promise<void> {
  const reader = await readerOf(from);
  if (reader === undefined) return;
  try {
    const { entries, refused } = await measureTree(reader.repository, tree);
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
    await reader.close();
  }
}

async function readerOf(repository: RestoreDeps['repository']): Promise<OwnReader | undefined> {
  try {
    return await openOwnReader(repository);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'RESTIC_LAYOUT_UNSUPPORTED') return undefined;
    throw error;
  }
}
