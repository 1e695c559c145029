import { takeSnapshot } from '#app/volume/snapshot/take-snapshot.ts';
import type { TakenSnapshot, TakeSnapshotDeps } from '#app/volume/snapshot/taking.ts';
import { removeVolume } from '#base/engine/control.ts';
import { HoldfastError, problemOf } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import type { DiscoveredVolume } from '#volume/discover/discovery.ts';
import { fingerprint } from '#volume/remove/fingerprint.ts';
import { targetStream } from '#volume/snapshot/tags.ts';

export interface RemovedVolume {
  readonly volume: string;
  readonly mountpoint: string;
  /** In which all of it is; absent after a dry run. */
  readonly snapshot?: TakenSnapshot;
}

/**
 * Deletes one volume by its name, after a snapshot that is taken now. Refused while a container is there that uses it,
 * running or not, when the snapshot lacks something, or when something was written meanwhile: then it is still there.
 * @throws `VOLUME_NAME_INVALID`, `VOLUME_UNKNOWN`, `VOLUME_IN_USE`, `VOLUME_SNAPSHOT_INCOMPLETE`, `VOLUME_CHANGED`, and what
 * taking snapshots throws
 */
export async function removeVolumeAfterSnapshot(
  deps: TakeSnapshotDeps,
  name: string,
  dryRun: boolean,
): Promise<RemovedVolume> {
  const { mountpoint } = await unused(deps, name);
  if (dryRun) return { volume: name, mountpoint };
  const before = fingerprint(mountpoint);
  const snapshot = await takeSnapshot(deps, name);
  const short = snapshot.snapshot.slice(0, 8);
  if (!snapshot.complete) {
    throw new HoldfastError(
      'VOLUME_SNAPSHOT_INCOMPLETE',
      `The snapshot ${short} of ${name} lacks something: it is still there`,
      {
        hint: snapshot.problems[0]?.message ?? 'holdfast volume snapshot says what.',
      },
    );
  }
  await unused(deps, name);
  if (before === undefined || fingerprint(mountpoint) !== before) {
    throw new HoldfastError(
      'VOLUME_CHANGED',
      `Something may have been written to ${name} since the snapshot ${short}: it is still there`,
      {
        hint: 'Find out who writes to it, and do it again.',
      },
    );
  }
  const { record, actor, engine, repository } = deps;
  const stream = targetStream(name);
  const { settings } = repository;
  const about = { volume: name, snapshot: snapshot.snapshot, repository: { name: settings.name, id: settings.id } };
  await record.ledger.append({ stream, events: [{ type: 'volume.removal-begun', data: about }], actor });
  let failure: HoldfastError | undefined;
  try {
    const ordered = await removeVolume(engine, name);
    // Already gone is what was wanted: the snapshot has it.
    if (ordered.kind === 'refused') failure = inUse(name, ordered.said);
  } catch (error) {
    const { code, message } = problemOf(error);
    failure = new HoldfastError(code, message, { cause: error });
  }
  const words = failure?.message.toWellFormed().slice(0, 500) ?? null;
  await record.ledger.append({
    stream,
    events: [{ type: 'volume.removed', data: { ...about, failure: words } }],
    actor,
  });
  if (failure !== undefined) throw failure;
  return { volume: name, mountpoint, snapshot };
}

/** The volume, when nobody uses it. */
async function unused({ engine, now }: TakeSnapshotDeps, name: string): Promise<DiscoveredVolume> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/.test(name)) {
    throw new HoldfastError('VOLUME_NAME_INVALID', `${JSON.stringify(name.slice(0, 80))} is no name of a volume`, {
      kind: 'usage',
      hint: 'Directories of the host are never deleted.',
    });
  }
  const { volumes, containers } = await discover(engine, { layers: false, contents: false, now: now() });
  const volume = volumes.find((one) => one.name === name);
  if (volume === undefined) {
    throw new HoldfastError('VOLUME_UNKNOWN', `The engine has no volume ${name}`, {
      kind: 'usage',
      hint: 'holdfast volume ls lists those that are there.',
    });
  }
  const names = volume.users.map(({ container }) => containers.find(({ id }) => id === container)?.name ?? container);
  const outside = volume.outside.map(({ process, pid }) => `${process} (${pid})`);
  const all = [...new Set([...names, ...outside])];
  if (all.length > 0) throw inUse(name, `used by ${all.slice(0, 10).join(', ')}`);
  return volume;
}

function inUse(name: string, why: string): HoldfastError {
  return new HoldfastError('VOLUME_IN_USE', `${name} is still there: ${why}`, {
    hint: 'Remove those containers first, also those that do not run.',
  });
}
