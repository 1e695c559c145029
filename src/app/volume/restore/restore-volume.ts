import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { OpenRecord } from '#app/home/open-record.ts';
import type { OpenRepository } from '#app/volume/repositories/open-repository.ts';
import { knownSnapshots } from '#app/volume/snapshot/known-snapshots.ts';
import { OWN_TAG, volumeTag } from '#app/volume/snapshot/take-snapshot.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { writing } from '#base/files/writing.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type { SnapshotRow } from '#volume/engines/engine.ts';

export interface RestoreVolumeRequest {
  /** An id, the beginning of one, or `latest`. */
  readonly snapshot: string;
  /** The volume that the snapshot is of. */
  readonly volume: string;
  /** A volume that is not there yet. */
  readonly to: string;
}

export interface RestoreVolumeDeps {
  readonly record: OpenRecord;
  readonly repository: OpenRepository;
  readonly engine: EngineControl;
  readonly actor: string;
}

export interface RestoredVolume {
  readonly snapshot: string;
  readonly volume: string;
  readonly to: string;
  readonly mountpoint: string;
  readonly problems: readonly Problem[];
}

/**
 * Restores a volume into a new one: beside its place first, read again and compared, then moved into it. What is there is
 * never touched.
 * @throws `SNAPSHOT_UNKNOWN`, `VOLUME_EXISTS`, `VOLUME_NAME_INVALID`, `VOLUME_NOT_READABLE`, `RESTIC_*`, `ENGINE_*`
 */
export async function restoreVolume(deps: RestoreVolumeDeps, request: RestoreVolumeRequest): Promise<RestoredVolume> {
  const { record, repository, engine, actor } = deps;
  const { volume, to } = request;
  const row = await findSnapshot(repository, request);
  const known = (await knownSnapshots(record, repository.settings.id)).has(row.id);
  const source = row.paths.find((path) => !isStaging(path, volume));
  if (source === undefined) {
    throw new HoldfastError('SNAPSHOT_UNKNOWN', `The snapshot ${row.id.slice(0, 8)} holds no volume`, {
      kind: 'usage',
    });
  }
  const mountpoint = await makeVolume(engine, to, row.id);
  const scratch = join(dirname(mountpoint), `.holdfast-restore-${randomBytes(6).toString('hex')}`);
  try {
    await repository.engine.restore({ snapshot: row.id, target: scratch, include: [source], verify: true });
    writing(mountpoint, () => {
      rmdirSync(mountpoint);
      renameSync(join(scratch, source), mountpoint);
    });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  const { settings } = repository;
  const data = { volume, repository: { name: settings.name, id: settings.id }, snapshot: row.id, to };
  await record.ledger.append({ stream: `volume:${to}`, events: [{ type: 'volume.restored', data }], actor });
  const problems: readonly Problem[] = known
    ? []
    : [
        {
          code: 'SNAPSHOT_FOREIGN',
          message: `The record does not know the snapshot ${row.id.slice(0, 8)}: who made it is unknown`,
        },
      ];
  return { snapshot: row.id, volume, to, mountpoint, problems };
}

/** Where the manifest and dumps lay while it was taken, on whichever host: `…/staging/REPOSITORY/VOLUME`. */
function isStaging(path: string, volume: string): boolean {
  const parts = path.split('/');
  return parts.at(-1) === volume && parts.at(-3) === 'staging';
}

async function findSnapshot(
  { engine }: OpenRepository,
  { snapshot, volume }: RestoreVolumeRequest,
): Promise<SnapshotRow> {
  const rows = await engine.snapshots({ tags: [OWN_TAG, volumeTag(volume)] });
  const found = snapshot === 'latest' ? rows.slice(-1) : rows.filter(({ id }) => id.startsWith(snapshot));
  const [row] = found;
  if (row !== undefined && found.length === 1 && snapshot.length >= 4) return row;
  const shown = JSON.stringify(snapshot.slice(0, 80));
  throw new HoldfastError('SNAPSHOT_UNKNOWN', `${shown} names ${found.length} snapshots of the volume ${volume}`, {
    kind: 'usage',
    hint: 'holdfast volume snapshots lists them.',
  });
}

/** A new, empty volume of the engine's own driver. @returns where its files are */
async function makeVolume(engine: EngineControl, name: string, snapshot: string): Promise<string> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,200}$/.test(name)) {
    throw new HoldfastError('VOLUME_NAME_INVALID', `${JSON.stringify(name.slice(0, 80))} is no name for a volume`, {
      kind: 'usage',
    });
  }
  if ((await engine.read(`/volumes/${name}`)) !== undefined) {
    throw new HoldfastError('VOLUME_EXISTS', `The engine has a volume ${name} already`, {
      kind: 'usage',
      hint: 'Restore into a new one, and let the container use that.',
    });
  }
  const labels = { 'holdfast.restored-from': snapshot };
  const { status, body } = await engine.post('/volumes/create', { body: { Name: name, Labels: labels } });
  const made = JSON.parse(body.toString('utf8')) as { readonly Mountpoint?: unknown };
  const mountpoint = made.Mountpoint;
  if (status < 300 && typeof mountpoint === 'string' && existsSync(mountpoint)) return mountpoint;
  throw new HoldfastError('VOLUME_NOT_READABLE', `The files of the volume ${name} cannot be written from here`, {
    hint: 'Run this on the engine’s machine, as a user who may write in its directories.',
  });
}
