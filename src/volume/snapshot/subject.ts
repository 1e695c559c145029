import { isWithin } from '#core/container-path.ts';
import { HoldfastError, type Problem } from '#core/errors.ts';
import type {
  DiscoveredContainer,
  DiscoveredVolume,
  Discovery,
  IdMaps,
  OutsideMount,
  Stack,
  VolumeUser,
} from '#volume/discover/discovery.ts';
import { findBind, isNoVolumesPlace, isSystemPath } from '#volume/snapshot/bind-source.ts';
import { composeLabels } from '#volume/snapshot/compose-labels.ts';

/** Something whose snapshot is wanted, and who may write to it. */
export interface SnapshotSubject {
  /** A volume's name, or the absolute path of a directory or file of the host. */
  readonly name: string;
  /** Where its files are. */
  readonly source: string;
  /** Containers that have it mounted so that they can write, in the order to hold them. */
  readonly writers: readonly DiscoveredContainer[];
  /** There are containers that the engine does not tell of: they may write to it, and are not held. */
  readonly writersUnread?: true;
  /** Of a volume: what users of the engine's containers are on this host, where that is known. */
  readonly ids?: IdMaps;
  /** Of a volume: those of Compose. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

/** The parts of a stack that are kept, in one hold. */
export interface StackSubject {
  readonly stack: Stack;
  /** Its containers, in the order to hold them. */
  readonly containers: readonly DiscoveredContainer[];
  readonly subjects: readonly SnapshotSubject[];
  /** All who may write to one of them, in the order to hold them. */
  readonly writers: readonly DiscoveredContainer[];
  /** What its containers have mounted and is not kept. */
  readonly problems: readonly Problem[];
}

/**
 * Finds a volume, or a directory of the host by its absolute path, and its writers.
 * @throws `VOLUME_UNKNOWN`, `VOLUME_NOT_READABLE`, `BIND_UNSUITABLE`
 */
export function subjectOf(discovery: Discovery, name: string): SnapshotSubject {
  if (name.startsWith('/')) return bindSubject(discovery, name);
  const volume = discovery.volumes.find((one) => one.name === name);
  if (volume === undefined) {
    throw new HoldfastError('VOLUME_UNKNOWN', `The engine has no volume ${JSON.stringify(name.slice(0, 200))}`, {
      kind: 'usage',
      hint: unknownHint(discovery, name),
    });
  }
  return volumeSubject(discovery, volume);
}

/** People give the container's name, too. */
function unknownHint({ containers }: Discovery, name: string): string {
  const volumes = containers
    .filter((one) => one.name === name)
    .flatMap(({ mounts }) => mounts)
    .flatMap(({ kind, source }) => (kind === 'volume' || kind === 'anonymous' ? [source] : []));
  if (volumes.length === 0) return 'holdfast volume ls lists those that are there.';
  return `It is a container, which has ${unique(volumes).slice(0, 5).join(', ')}.`;
}

/**
 * All volumes and writable binds of a stack's containers. Binds of the system and sockets are left out, and told.
 * @throws `STACK_UNKNOWN`, `VOLUME_NOT_READABLE`
 */
export function stackSubject(discovery: Discovery, name: string): StackSubject {
  const stack = discovery.stacks.find((one) => one.name === name);
  if (stack === undefined) {
    const names = discovery.stacks.map((one) => one.name).slice(0, 10);
    throw new HoldfastError('STACK_UNKNOWN', `The engine has no stack ${JSON.stringify(name.slice(0, 200))}`, {
      kind: 'usage',
      hint: names.length === 0 ? 'No container has a label of one.' : `It has ${names.join(', ')}.`,
    });
  }
  const containers = stack.holdOrder.flatMap((id) => discovery.containers.find((one) => one.id === id) ?? []);
  const mounts = containers.flatMap((container) => container.mounts);
  const volumes = unique(
    mounts.filter(({ kind }) => kind === 'volume' || kind === 'anonymous').map(({ source }) => source),
  );
  const binds = unique(mounts.filter(({ kind, writable }) => kind === 'bind' && writable).map(({ source }) => source));
  const problems: Problem[] = [];
  const subjects = [
    ...volumes.map((volume) => subjectOf(discovery, volume)),
    ...binds.flatMap((path) => {
      try {
        return [bindSubject(discovery, path)];
      } catch (error) {
        if (!(error instanceof HoldfastError) || error.code !== 'BIND_UNSUITABLE') throw error;
        problems.push({ code: 'SNAPSHOT_BIND_LEFT_OUT', message: `Not kept: ${error.message}`, path });
        return [];
      }
    }),
  ];
  const kept = outermost(subjects);
  const ids = new Set(kept.flatMap(({ writers }) => writers.map(({ id }) => id)));
  return { stack, containers, subjects: kept, writers: inHoldOrder(discovery, ids), problems };
}

/** Everything that a home's snapshots should cover: the stacks, then the volumes that belong to none. */
export function allTargets(discovery: Discovery): {
  readonly stacks: readonly string[];
  readonly volumes: readonly string[];
} {
  const stacks = discovery.stacks.map(({ name }) => name);
  const inStacks = new Set(
    discovery.containers
      .filter(({ stack }) => stack !== undefined)
      .flatMap(({ mounts }) => mounts.map(({ source }) => source)),
  );
  return { stacks, volumes: discovery.volumes.map(({ name }) => name).filter((name) => !inStacks.has(name)) };
}

function volumeSubject(discovery: Discovery, volume: DiscoveredVolume): SnapshotSubject {
  const { name, mountpoint, contents, driver } = volume;
  if (!discovery.engine.readable) throw notReadable(`The files of ${name} cannot be read from here`);
  // An engine may say anything: what it takes for a volume's directory must not be the host's own.
  if (isNoVolumesPlace(mountpoint)) throw notReadable(`The engine says that the files of ${name} are in ${mountpoint}`);
  // Its directory may be there and show nothing: that is no copy of it.
  if (contents === undefined) {
    throw notReadable(
      `The files of ${name} (driver ${driver}) are mounted only where the engine is, or cannot be opened`,
    );
  }
  const { ids } = discovery.engine;
  const own = writersOf(discovery, name, volume.users, volume.outside);
  const more = { ...(ids === undefined ? {} : { ids }), labels: composeLabels(volume.labels) };
  return { name, source: mountpoint, ...more, ...own };
}

/** @throws `BIND_UNSUITABLE`, `VOLUME_NOT_READABLE` */
function bindSubject(discovery: Discovery, path: string): SnapshotSubject {
  // Without any container there is nothing to tell the engine's machine by; then the path is this machine's all the same.
  if (!discovery.engine.readable && discovery.binds.length > 0) {
    throw notReadable(`The engine is on another machine than ${path}, or its directories cannot be read`);
  }
  const source = findBind(path);
  const concerned = discovery.binds.filter((bind) => {
    const other = isSystemPath(bind.path) ? bind.path : realOf(bind.path);
    return isWithin(other, source) || isWithin(source, other);
  });
  const users = concerned.flatMap((bind) => bind.users);
  const outside = concerned.filter((bind) => realOf(bind.path) === source).flatMap((bind) => bind.outside);
  return { name: source, source, ...writersOf(discovery, source, users, outside) };
}

function realOf(path: string): string {
  try {
    return findBind(path);
  } catch {
    return path;
  }
}

function writersOf(
  discovery: Discovery,
  name: string,
  users: readonly VolumeUser[],
  outside: readonly OutsideMount[],
): Pick<SnapshotSubject, 'writers' | 'writersUnread' | 'problems'> {
  const ids = new Set(users.filter(({ writable }) => writable).map(({ container }) => container));
  const others = unique(outside.map(({ process, at }) => `${process} at ${at}`));
  const { unread = [] } = discovery;
  const problems: Problem[] = [];
  if (others.length > 0) {
    const message = `Others have ${name} mounted too, and are not held: ${others.slice(0, 5).join(', ')}`;
    problems.push({ code: 'SNAPSHOT_OTHER_MOUNTERS', message });
  }
  if (unread.length > 0) {
    const ids12 = unread.slice(0, 5).map((id) => id.slice(0, 12));
    const message = `The engine does not tell of ${unread.length} containers, which are not held: ${ids12.join(', ')}`;
    problems.push({ code: 'SNAPSHOT_CONTAINERS_UNREAD', message, hint: 'Remove what is broken, and take it again.' });
  }
  return { writers: inHoldOrder(discovery, ids), ...(unread.length === 0 ? {} : { writersUnread: true }), problems };
}

/** What depends on others comes before them; what is in no stack comes last. */
function inHoldOrder({ containers, stacks }: Discovery, ids: ReadonlySet<string>): readonly DiscoveredContainer[] {
  const places = new Map(stacks.flatMap(({ holdOrder }) => holdOrder).map((id, place) => [id, place]));
  const place = (id: string) => places.get(id) ?? places.size;
  return containers.filter(({ id }) => ids.has(id)).sort((a, b) => place(a.id) - place(b.id));
}

/** A directory that lies in another one that is kept is kept with that. */
function outermost(subjects: readonly SnapshotSubject[]): readonly SnapshotSubject[] {
  return subjects.filter(
    ({ source }) => !subjects.some((other) => other.source !== source && isWithin(source, other.source)),
  );
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

function notReadable(message: string): HoldfastError {
  return new HoldfastError('VOLUME_NOT_READABLE', message, {
    hint: 'Run this on the engine’s machine, as a user who may read its directories (root, or the one it runs as).',
  });
}
