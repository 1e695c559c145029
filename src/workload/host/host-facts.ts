import type { Container } from '#workload/model/container.ts';

/** Something about the host that was looked for. */
export type Fact<T> =
  | { readonly state: 'collected'; readonly value: T }
  | { readonly state: 'failed'; readonly why: string }
  | { readonly state: 'not-collected'; readonly why: string };

/** What an engine says of itself, as far as a check asks. */
export interface EngineFacts {
  readonly version: string;
  readonly podman: boolean;
  /** Where it keeps everything. */
  readonly rootDirectory: string;
  readonly storageDriver: string;
  readonly loggingDriver: string;
  /** `name=seccomp,profile=builtin`, `name=rootless` … */
  readonly securityOptions: readonly string[];
  readonly liveRestore: boolean;
  readonly swarm: boolean;
  readonly experimental: boolean;
  /** Names of authorization plugins. */
  readonly authorization: readonly string[];
  /** Registries and ranges that it talks to without TLS, loopback left out. */
  readonly insecureRegistries: readonly string[];
  /** Whether containers on the default bridge reach each other; undefined where there is no such bridge. */
  readonly bridgeOpen?: boolean;
}

/** A container that runs, as far as a check asks. */
export interface ContainerFacts {
  readonly name: string;
  readonly container: Container;
  /** Ids of the rules that it breaks. */
  readonly rules: ReadonlySet<string>;
  /** `no`, `always`, `unless-stopped`, `on-failure`, or empty. */
  readonly restart: string;
  /** Of `on-failure`; 0: for ever. */
  readonly restartAttempts: number;
  /** Whether it has limits for open files and the like of its own. */
  readonly limitsChanged: boolean;
  readonly cgroupParent: string;
  /** Names of the programs in it. */
  readonly programs: Fact<readonly string[]>;
}

export interface FileFacts {
  readonly uid: number;
  readonly gid: number;
  /** Permission bits. */
  readonly mode: number;
}

/** What is known of a path; `absent` is an answer. */
export type FileFact = Fact<FileFacts | 'absent'>;

/** Everything that the checks of a host look at. */
export interface HostFacts {
  readonly engine: Fact<EngineFacts>;
  /** Options of the daemon, from its command line and its configuration file, by the names of the file. */
  readonly options: Fact<ReadonlyMap<string, readonly string[]>>;
  readonly file: (path: string) => FileFact;
  /** The first of several paths that is there. */
  readonly units: Readonly<Record<'docker.service' | 'docker.socket', string | undefined>>;
  /** Certificates of registries below /etc/docker/certs.d. */
  readonly certificates: Fact<readonly string[]>;
  /** The engine's socket. */
  readonly socket: string | undefined;
  readonly dockerGroup: Fact<{ readonly gid: number; readonly members: readonly string[] } | 'absent'>;
  /** Rules of the audit daemon; `absent` where it is not installed. */
  readonly audit: Fact<string | 'absent'>;
  readonly mountPoints: Fact<readonly string[]>;
  /** Those that run. */
  readonly containers: Fact<readonly ContainerFacts[]>;
}
