import { HoldfastError, problemOf } from '#core/errors.ts';
import type { Damage } from '#volume/engines/restic/reader/damage.ts';
import { type ResticFiles, throwOutOfReach } from '#volume/engines/restic/reader/files.ts';
import { openRepository, type ResticRepository } from '#volume/engines/restic/reader/repository.ts';
import type { ResticKey } from '#volume/engines/restic/reader/seal.ts';
import { type ResticSnapshot, readSnapshot, snapshotIds } from '#volume/engines/restic/reader/snapshots.ts';
import { type AffectedSnapshot, affectedSnapshot } from '#volume/engines/restic/reader/verify/affected.ts';
import type { PackThreads } from '#volume/engines/restic/reader/verify/pack-threads.ts';
import { type PackProgress, verifyPacks } from '#volume/engines/restic/reader/verify/verify-packs.ts';
import { treeVerifier } from '#volume/engines/restic/reader/verify/verify-trees.ts';

export interface VerifyOptions {
  /** Snapshots that must be there, by their whole ids: what a ledger knows. */
  readonly expectedSnapshots?: readonly string[];
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Aborted, it throws its reason between two packs or trees. */
  readonly signal?: AbortSignal;
  /** Made and closed here: what reads packs beside this thread. */
  readonly threads?: (key: ResticKey) => PackThreads | undefined;
}

/** Packs first, which take nearly all the time, then the snapshots' trees. */
export type VerifyProgress =
  | ({ readonly phase: 'packs' } & PackProgress)
  | { readonly phase: 'snapshots'; readonly snapshots: number; readonly snapshotsTotal: number };

/** A damage and what it takes from which snapshots: nothing where no snapshot needs it, or another pack has the same. */
export interface AffectingDamage extends Damage {
  readonly affects: readonly AffectedSnapshot[];
}

/** What was read, and all that is wrong. The repository is whole when `damage` is empty. */
export interface ResticVerification {
  /** The repository's own id; undefined when its configuration cannot be read. */
  readonly repository: string | undefined;
  readonly version: 1 | 2 | undefined;
  /** Snapshots whose own file is whole, with the ids and times. */
  readonly snapshots: readonly ResticSnapshot[];
  readonly packs: number;
  /** Blobs that are as their names say. */
  readonly blobs: number;
  readonly trees: number;
  /** Bytes of packs that were read. */
  readonly bytes: number;
  readonly damage: readonly AffectingDamage[];
}

/**
 * Reads a whole repository without restic and recomputes every hash: of each key, index, snapshot and pack, of each blob
 * in it, and follows each snapshot's trees to the last blob. Nothing is written and no lock is taken: nothing must be
 * pruned meanwhile.
 * @throws as `openRepository`: everything else is in the result
 */
export async function verifyRepository(
  files: ResticFiles,
  password: string | Buffer,
  options: VerifyOptions = {},
): Promise<ResticVerification> {
  // Before the indexes, in the order in which restic wrote them the other way round: what comes meanwhile is not missed.
  const ids = await snapshotIds({ files });
  const repository = await openRepository(files, password);
  try {
    return await verifyOpen(repository, ids, options);
  } finally {
    repository.close();
  }
}

async function verifyOpen(
  repository: ResticRepository,
  ids: readonly string[],
  { expectedSnapshots = [], onProgress = () => undefined, signal, threads: start }: VerifyOptions,
): Promise<ResticVerification> {
  const { config, damage, key } = repository;
  const threads = start?.(key);
  const told = (progress: PackProgress) => onProgress({ phase: 'packs', ...progress });
  const packs = await verifyPacks(repository, told, signal, threads).finally(() => threads?.close());
  const trees = treeVerifier(repository, packs, signal);
  const snapshots: ResticSnapshot[] = [];
  const affects = new Map<Damage, AffectedSnapshot[]>();
  for (const [index, id] of ids.entries()) {
    try {
      snapshots.push(await readSnapshot(repository, id));
    } catch (error) {
      throwOutOfReach(error);
      const junk = damage.of('snapshot-junk', id, () => problemOf(error, `snapshots/${id}`));
      affects.set(junk, [...(affects.get(junk) ?? []), { snapshot: id, paths: ['/'], omittedPaths: 0 }]);
      continue;
    }
    const { tree } = snapshots.at(-1) ?? { tree: '' };
    for (const [one, places] of await trees.verify(tree)) {
      affects.set(one, [...(affects.get(one) ?? []), affectedSnapshot(id, places)]);
    }
    onProgress({ phase: 'snapshots', snapshots: index + 1, snapshotsTotal: ids.length });
  }
  for (const id of expectedSnapshots) {
    if (ids.includes(id)) continue;
    const gone = damage.of('snapshot-missing', id, () => problemOf(missing(id, snapshots)));
    affects.set(gone, [...(affects.get(gone) ?? []), { snapshot: id, paths: ['/'], omittedPaths: 0 }]);
  }
  return {
    repository: config?.id,
    version: config?.version,
    snapshots,
    packs: packs.packs,
    blobs: packs.blobs,
    trees: trees.trees(),
    bytes: packs.bytes,
    damage: damage.all().map((one) => ({ ...one, affects: affects.get(one) ?? [] })),
  };
}

function missing(id: string, snapshots: readonly ResticSnapshot[]): HoldfastError {
  const copy = snapshots.find(({ original }) => original === id);
  const message = `Snapshot ${id} is not in the repository`;
  if (copy === undefined) {
    return new HoldfastError('RESTIC_SNAPSHOT_MISSING', message, {
      hint: 'It was deleted, or the repository was rolled back.',
    });
  }
  return new HoldfastError('RESTIC_SNAPSHOT_MISSING', `${message}; ${copy.id} is a copy of it with other tags`);
}
