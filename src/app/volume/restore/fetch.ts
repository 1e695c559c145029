import { isInside, refuseOutside } from '#app/volume/restore/refuse-outside.ts';
import type { LostFile, RestoreDeps } from '#app/volume/restore/restore-types.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';
import { literalPattern } from '#volume/engines/restic/literal-pattern.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';

/** What was restored beside its place. */
export interface Fetched {
  /** Where it lies now. */
  readonly item: Buffer;
  readonly lost: readonly LostFile[];
  readonly problems: readonly Problem[];
}

/**
 * Restores a file or directory of a snapshot into a scratch directory, and reads it again.
 * @param path from the snapshot's root; empty for all of it
 * @throws `SNAPSHOT_PATH_UNKNOWN`, `SNAPSHOT_PATH_REFUSED`, `RESTIC_RESTORE_INCOMPLETE`, `RESTIC_*`
 */
export async function fetchPart(
  { repository, progress }: Pick<RestoreDeps, 'repository' | 'progress'>,
  row: SnapshotRow,
  path: Buffer,
  scratch: Buffer,
): Promise<Fetched> {
  refuseOutside(path);
  const include = path.length === 0 ? {} : { include: [`/${literalPattern(path)}`] };
  const request = { snapshot: row.id, target: scratch.toString(), ...include, verify: true };
  await repository.engine.restore(request, progress === undefined ? {} : { progress });
  const item = path.length === 0 ? scratch : Buffer.concat([scratch, Buffer.from('/'), path]);
  if (!isInside(scratch, path)) throw noSuchPath(row, path);
  return { item, lost: [], problems: [] };
}

/** That a snapshot holds nothing of this name. */
export function noSuchPath({ id }: Pick<SnapshotRow, 'id'>, path: Buffer): HoldfastError {
  return new HoldfastError('SNAPSHOT_PATH_UNKNOWN', `The snapshot ${id.slice(0, 8)} has no ${displayPath(path)}`, {
    kind: 'usage',
    hint: `holdfast volume browse ${id.slice(0, 8)} lists what is in it.`,
  });
}
