import type { CoverageState } from '#core/coverage.ts';
import type { Problem } from '#core/errors.ts';
import type { RecognisedService } from '#workload/known-data/recognise.ts';

/** The engine that was asked. */
export interface DiscoveredEngine {
  /** What the record calls it. */
  readonly key: string;
  /** As `DOCKER_HOST` would name it. */
  readonly address: string;
  readonly product: 'docker' | 'podman';
  readonly version: string;
  readonly rootless: boolean;
  /** Whether its directories are this machine's and may be read by this process. */
  readonly readable: boolean;
  /** What users and groups of containers are on the host; absent where that is not known. */
  readonly ids?: IdMaps;
}

/** Users and groups of a user namespace, as this process sees them; no ranges: they are the same. */
export interface IdMaps {
  readonly users: readonly IdRange[];
  readonly groups: readonly IdRange[];
}

/** `count` ids from `container` on are the host's from `host` on. */
export interface IdRange {
  readonly container: number;
  readonly host: number;
  readonly count: number;
}

export type MountKind = 'volume' | 'anonymous' | 'bind' | 'tmpfs' | 'image' | 'other';

/** Something mounted into a container. */
export interface DiscoveredMount {
  readonly kind: MountKind;
  /** The volume's name, or the host's path of a bind; empty for a tmpfs. */
  readonly source: string;
  /** Absolute path inside the container. */
  readonly destination: string;
  readonly writable: boolean;
  /** The container that it was taken from with `--volumes-from`. */
  readonly from?: string;
  /** It serves a VOLUME that the image declares. */
  readonly declared: boolean;
  /** What can be seen in a tmpfs from the host. */
  readonly contents?: TreeSurvey;
}

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** A container, running or not. */
export interface DiscoveredContainer {
  readonly id: string;
  readonly name: string;
  /** As it was written when it was started. */
  readonly image: string;
  readonly imageId?: string;
  /** Digests that registries know the image by. */
  readonly repositoryDigests: readonly string[];
  readonly state: ContainerState;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Absent when it was never started. */
  readonly startedAt?: string;
  readonly restartPolicy: string;
  /** `--rm`. */
  readonly removedAtEnd: boolean;
  readonly readOnlyRoot: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of its stack: compose project, swarm stack or pod. */
  readonly stack?: string;
  readonly composeService?: string;
  readonly user: string;
  readonly capabilities: Capabilities;
  readonly mounts: readonly DiscoveredMount[];
  /** VOLUMEs of its image. */
  readonly imageVolumes: readonly string[];
  readonly service?: RecognisedService;
  /** Why it looks like one that builds software, not one that serves. */
  readonly builder: boolean;
  /** Absent when it was not looked at. */
  readonly layer?: WritableLayer;
}

/** What a container may do beyond, or short of, what the engine gives to all. */
export interface Capabilities {
  readonly privileged: boolean;
  /** As they were written: `NET_ADMIN`, `ALL` … */
  readonly added: readonly string[];
  readonly dropped: readonly string[];
}

/** What a container wrote outside of all mounts. */
export interface WritableLayer {
  /** `in-place`: the directory was read. `engine`: from the list of changes, without sizes of directories. */
  readonly seen: 'in-place' | 'engine';
  readonly survey: TreeSurvey;
}

/** What lies in a directory, by names, sizes and how files begin; nothing of their content is kept. */
export interface TreeSurvey {
  readonly sizeBytes: number;
  readonly files: number;
  /** False when a limit was reached or something could not be read: the numbers are the least there is. */
  readonly complete: boolean;
  readonly databases: readonly FoundDatabase[];
  /** Bytes of the files below each directory of at most four levels, absolute paths; absent where sizes are not known. */
  readonly directories: ReadonlyMap<string, number>;
}

/** A file that shows that a directory holds a database. */
export interface FoundDatabase {
  /** `PostgreSQL`, `SQLite` … */
  readonly title: string;
  /** Absolute, from the root of what was surveyed. */
  readonly path: string;
  readonly sizeBytes?: number;
}

/** A volume that the engine knows. */
export interface DiscoveredVolume {
  readonly name: string;
  readonly anonymous: boolean;
  readonly driver: string;
  readonly mountpoint: string;
  readonly labels: Readonly<Record<string, string>>;
  /** ISO 8601; engines before 2016 do not tell. */
  readonly createdAt?: string;
  /** The filesystem that it is on where that is another machine's: `nfs`, `cifs` … */
  readonly network?: NetworkFilesystem;
  /** Absent when it could be neither read nor asked for. */
  readonly contents?: TreeSurvey;
  readonly users: readonly VolumeUser[];
  /** Others on this host that have it mounted too. */
  readonly outside: readonly OutsideMount[];
}

export interface NetworkFilesystem {
  readonly kind: string;
  /** Without user and password; absent where it is not told. */
  readonly host?: string;
}

/** A container that mounts a volume or bind. */
export interface VolumeUser {
  /** The container's id. */
  readonly container: string;
  readonly destination: string;
  readonly writable: boolean;
}

/** A process outside of the engine's containers that has a directory mounted. */
export interface OutsideMount {
  readonly process: string;
  readonly pid: number;
  readonly at: string;
}

/** A directory or file of the host that containers mount. */
export interface DiscoveredBind {
  readonly path: string;
  readonly network?: NetworkFilesystem;
  readonly users: readonly VolumeUser[];
  readonly outside: readonly OutsideMount[];
  /** Looked at with tight limits, and not at all where it is a part of the system. */
  readonly contents?: TreeSurvey;
}

/** Containers that belong together. */
export interface Stack {
  readonly name: string;
  readonly kind: 'compose' | 'swarm' | 'pod';
  /** Container ids in the order to hold them: what depends on others first. Releasing goes the other way. */
  readonly holdOrder: readonly string[];
}

/** A place outside of the engine that a container keeps data in, or reads it from. */
export interface ExternalStore {
  readonly container: string;
  /** `postgres`, `mysql`, `redis`, `s3`, `nfs` … */
  readonly kind: string;
  /** Without credentials; absent when it could not be told apart from them. */
  readonly host?: string;
  readonly from: 'environment' | 'command' | 'mount';
  /** The variable, or the mount's path. */
  readonly where: string;
}

/** What was looked at, and what was not. */
export interface LookedAt {
  readonly subject: 'containers' | 'volumes' | 'volume contents' | 'writable layers' | 'other mounters' | 'snapshots';
  readonly state: CoverageState;
  readonly count: number;
  readonly reason: string;
}

/** Every place where the containers of an engine keep data, as it was at one moment. */
export interface Discovery {
  /** ISO 8601. */
  readonly at: string;
  readonly engine: DiscoveredEngine;
  /** By name. */
  readonly containers: readonly DiscoveredContainer[];
  /** By name. */
  readonly volumes: readonly DiscoveredVolume[];
  /** By path. */
  readonly binds: readonly DiscoveredBind[];
  readonly stacks: readonly Stack[];
  readonly stores: readonly ExternalStore[];
  readonly coverage: readonly LookedAt[];
  /** Ids of containers that are there and could not be read: what they write to is not known. */
  readonly unread?: readonly string[];
  readonly problems: readonly Problem[];
}
