import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { insidePath } from '#app/volume/restore/inside/inside.ts';
import type { RestoreSubject } from '#app/volume/restore/subject.ts';
import type { EngineControl } from '#base/engine/engine.ts';
import { isWithin } from '#core/container-path.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';
import { discover } from '#volume/discover/discover.ts';
import type { DiscoveredBind, DiscoveredContainer, IdMaps, VolumeUser } from '#volume/discover/discovery.ts';
import { displayPath } from '#volume/engines/restic/reader/quoted-name.ts';
import { findBind, isNoVolumesPlace } from '#volume/snapshot/bind-source.ts';

/** Something on this host whose data is about to be replaced. */
export interface LivePlace {
  readonly subject: RestoreSubject;
  /** Its directory, or its file. */
  readonly root: string;
  /** Who uses it now: all of them would go on seeing what was there before. */
  readonly running: readonly DiscoveredContainer[];
  /** What users of the engine’s containers are on this host; absent: not known. */
  readonly ids?: IdMaps;
}

/**
 * Looks at what is there and who uses it.
 * @throws `VOLUME_UNKNOWN`, `VOLUME_NOT_READABLE`, `BIND_UNSUITABLE`, `RESTORE_PLACE_MOUNTED`, `RESTORE_PLACE_IN_USE`, `ENGINE_*`
 */
export async function livePlace(engine: EngineControl, subject: RestoreSubject, now: Date): Promise<LivePlace> {
  const discovery = await discover(engine, { layers: false, contents: false, now });
  const { kind, name } = subject;
  const volume = kind === 'volume' ? discovery.volumes.find((one) => one.name === name) : undefined;
  const root = kind === 'volume' ? volume?.mountpoint : findBind(name);
  if (root === undefined) {
    throw new HoldfastError('VOLUME_UNKNOWN', `The engine has no volume ${JSON.stringify(name.slice(0, 200))}`, {
      kind: 'usage',
      hint: 'Restore it as a new one: --to NAME',
    });
  }
  if (kind === 'volume' && isNoVolumesPlace(root)) {
    throw new HoldfastError('VOLUME_NOT_READABLE', `The engine says that the files of ${name} are in ${root}`, {
      hint: 'That is a part of the system, and no volume’s: nothing was done.',
    });
  }
  if (!discovery.engine.readable) {
    throw new HoldfastError('VOLUME_NOT_READABLE', `The files of ${name} cannot be written from here`, {
      hint: 'Run this on the engine’s machine, as a user who may write in its directories.',
    });
  }
  const mounting = [...(volume?.users ?? []), ...bindUsers(discovery.binds, root)];
  const users = new Set(mounting.map(({ container }) => container));
  const containers = discovery.containers.filter(({ id }) => users.has(id));
  const paused = containers.find(({ state }) => state === 'paused');
  if (paused !== undefined) {
    throw new HoldfastError('RESTORE_PLACE_IN_USE', `${paused.name} uses ${name} and is paused by somebody`, {
      kind: 'usage',
      hint: 'Let it run, or stop it.',
    });
  }
  const [unread] = discovery.unread ?? [];
  if (unread !== undefined) {
    throw new HoldfastError(
      'RESTORE_PLACE_IN_USE',
      `The engine does not tell what ${unread.slice(0, 12)} uses: perhaps ${name}`,
      {
        hint: 'Remove that container, or restore into a new volume: --to NAME',
      },
    );
  }
  refuseMounted(root);
  const { ids } = discovery.engine;
  const running = containers.filter(({ state }) => state === 'running' || state === 'restarting');
  return { subject, root, running, ...(ids === undefined ? {} : { ids }) };
}

/**
 * Who mounts it, or something in it, would go on seeing what was there; who mounts a directory above it sees what comes,
 * and stands still only if it can write.
 */
function bindUsers(binds: readonly DiscoveredBind[], root: string): readonly VolumeUser[] {
  return binds.flatMap(({ path, users }) => {
    const real = realOf(path);
    if (isWithin(real, root)) return users;
    return isWithin(root, real) ? users.filter(({ writable }) => writable) : [];
  });
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What is mounted cannot be moved: volumes of drivers, NFS. */
function refuseMounted(root: string): void {
  try {
    if (statSync(root).dev === statSync(dirname(root)).dev) return;
  } catch (error) {
    throw new HoldfastError('VOLUME_NOT_READABLE', `${root} cannot be looked at: ${systemCode(error) ?? 'unknown'}`, {
      path: root,
    });
  }
  throw new HoldfastError('RESTORE_PLACE_MOUNTED', `${root} is a mount of its own and cannot be moved aside`, {
    kind: 'usage',
    hint: 'Restore into a new volume (--to), or into a directory (--target), and copy it.',
  });
}

/**
 * Where a part of the data goes, and where what is there is put aside. Directories on the way are looked at without
 * following links: who wrote in them may want us to write elsewhere. Only while nobody writes.
 * @throws `RESTORE_PATH_INVALID`
 */
export function liveTarget(
  { root }: LivePlace,
  path: string | undefined,
  aside: string,
): { readonly place: Buffer; readonly before: Buffer } {
  const before = Buffer.from(`${dirname(root)}/${aside}`);
  if (path === undefined) return { place: Buffer.from(root), before };
  const place = Buffer.concat([Buffer.from(`${root}/`), insidePath(path)]);
  for (let end = Buffer.byteLength(root); ; ) {
    const next = place.indexOf(0x2f, end + 1);
    if (next < 0) return { place, before };
    const above = place.subarray(0, next);
    if (!isDirectory(above)) {
      throw new HoldfastError('RESTORE_PATH_INVALID', `${displayPath(above)} is no directory`, {
        kind: 'usage',
        hint: 'Restore the directory above it.',
      });
    }
    end = next;
  }
}

function isDirectory(path: Buffer): boolean {
  try {
    return lstatSync(path).isDirectory();
  } catch {
    return false;
  }
}
