import { isWithin } from '#core/container-path.ts';
import type { DiscoveredBind, DiscoveredVolume, MountKind, VolumeUser } from '#volume/discover/discovery.ts';
import type { InspectedContainer } from '#volume/discover/engine/inspect-container.ts';
import type { PlainVolume } from '#volume/discover/engine/list-volumes.ts';
import { networkOf } from '#volume/discover/host/network.ts';
import { type HostMounts, outsideMountsOf } from '#volume/discover/host/outside-mounts.ts';
import { type SurveyLimits, surveyTree } from '#volume/discover/survey.ts';

const VOLUME_ENTRIES = 20_000;
/** Of all volumes together; each is looked at a little even then. */
const ALL_ENTRIES = 300_000;
const LEAST_ENTRIES = 500;
const GLANCE: SurveyLimits = { entries: 0, depth: 0 };
const BIND_LIMITS: SurveyLimits = { entries: 2_000, depth: 5 };
/** Parts of the system: what lies below them is not the container's data. */
const SYSTEM =
  /^\/(?:|etc|proc|sys|dev|run|boot|usr|bin|sbin|lib|lib64|var|home|root|tmp|mnt|media|var\/(?:run|lib|log|cache|lib\/(?:docker|containers|containerd|kubelet)))$/;

/** What this machine shows; undefined parts could not be looked at. */
export interface HostView {
  readonly readable: boolean;
  readonly mounts: HostMounts | undefined;
  /** Sizes that the engine told, where its directories are not readable. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Only whether directories can be opened is looked at. */
  readonly glance: boolean;
}

/** The containers' users of a mount's source. */
function usersOf(
  containers: readonly InspectedContainer[],
  kinds: readonly MountKind[],
  source: string,
): readonly VolumeUser[] {
  return containers.flatMap(({ container: { id }, mounts }) =>
    mounts
      .filter((mount) => mount.source === source && kinds.includes(mount.kind))
      .map(({ destination, writable }) => ({ container: id, destination, writable })),
  );
}

/** The volumes with who uses them and what lies in them. */
export function describeVolumes(
  volumes: readonly PlainVolume[],
  containers: readonly InspectedContainer[],
  view: HostView,
): readonly DiscoveredVolume[] {
  let left = ALL_ENTRIES;
  return volumes.map(({ network: said, mounted, ...volume }): DiscoveredVolume => {
    const mountedHere = view.mounts?.own.some(({ at }) => at === volume.mountpoint) === true;
    const visible = view.readable && volume.mountpoint.startsWith('/') && (!mounted || mountedHere);
    const limits = view.glance
      ? GLANCE
      : { entries: Math.max(LEAST_ENTRIES, Math.min(VOLUME_ENTRIES, left)), depth: 64 };
    const walked = visible ? surveyTree(volume.mountpoint, limits) : undefined;
    left -= walked?.files ?? 0;
    const size = view.sizes.get(volume.name);
    const told =
      size === undefined
        ? undefined
        : { sizeBytes: size, files: 0, complete: true, databases: [], directories: new Map() };
    const network = said ?? (visible ? networkOf(volume.mountpoint, view.mounts?.own ?? []) : undefined);
    const contents = walked ?? told;
    return {
      ...volume,
      ...(network === undefined ? {} : { network }),
      ...(contents === undefined ? {} : { contents }),
      users: usersOf(containers, ['volume', 'anonymous'], volume.name),
      outside: visible && view.mounts !== undefined ? outsideMountsOf(volume.mountpoint, view.mounts) : [],
    };
  });
}

/** The binds of all containers, each path once. */
export function describeBinds(containers: readonly InspectedContainer[], view: HostView): readonly DiscoveredBind[] {
  const binds = containers.flatMap(({ mounts }) => mounts.filter(({ kind }) => kind === 'bind'));
  const paths = [...new Set(binds.map(({ source }) => source))].sort();
  return paths.map((path): DiscoveredBind => {
    const system = SYSTEM.test(path) || isWithin(path, '/proc') || isWithin(path, '/sys') || isWithin(path, '/dev');
    const network = view.readable ? networkOf(path, view.mounts?.own ?? []) : undefined;
    const contents = view.readable && !system ? surveyTree(path, view.glance ? GLANCE : BIND_LIMITS) : undefined;
    return {
      path,
      ...(network === undefined ? {} : { network }),
      ...(contents === undefined ? {} : { contents }),
      users: usersOf(containers, ['bind'], path),
      outside: view.readable && !system && view.mounts !== undefined ? outsideMountsOf(path, view.mounts) : [],
    };
  });
}
