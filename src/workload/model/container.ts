import type { Position } from '#core/position.ts';
import type { Known, Setting } from '#workload/model/setting.ts';

/** One container, with what its workload sets for all of them already filled in. */
export interface Container {
  readonly name: string;
  readonly at: Position;
  /** `init` ends before the others start; `debug` was attached to a running pod. */
  readonly role: 'main' | 'init' | 'debug';
  readonly image: Setting<string>;
  /** Entrypoint and command as far as they are given here. */
  readonly words: readonly string[];
  /** Name or number, with or without a group. */
  readonly user: Setting<string>;
  /** True: the runtime refuses to start it as root. */
  readonly nonRoot: Setting<boolean>;
  readonly privileged: Setting<boolean>;
  readonly addedCapabilities: readonly Known<string>[];
  readonly droppedCapabilities: readonly Known<string>[];
  /** `unconfined`, `default`, or a profile. */
  readonly seccomp: Setting<string>;
  readonly appArmor: Setting<string>;
  /** True where SELinux is switched off for it. */
  readonly seLinuxOff: Setting<boolean>;
  readonly noNewPrivileges: Setting<boolean>;
  /** True where the masks over /proc and /sys are taken away. */
  readonly procUnmasked: Setting<boolean>;
  readonly readOnlyRoot: Setting<boolean>;
  /** Whether it shares these namespaces with its host; false where it says that it has its own. */
  readonly host: HostSharing;
  readonly sysctls: readonly Known<string>[];
  /** Paths of devices of the host. */
  readonly devices: readonly Known<string>[];
  readonly mounts: readonly Mount[];
  /** Ports that are open to the outside of the engine. */
  readonly ports: readonly PublishedPort[];
  /** Names of networks that it shares with others of its document. */
  readonly networks: readonly string[];
  /** Whether it is on the one network that everything gets that asks for none. */
  readonly defaultNetwork: Setting<boolean>;
  readonly environment: readonly Variable[];
  readonly memoryLimit: Setting<string>;
  readonly cpuLimit: Setting<string>;
  readonly pidsLimit: Setting<string>;
  /** True: something asks whether it still works. False: that is switched off. */
  readonly healthChecked: Setting<boolean>;
}

export interface HostSharing {
  readonly network: Setting<boolean>;
  readonly pid: Setting<boolean>;
  readonly ipc: Setting<boolean>;
  readonly uts: Setting<boolean>;
  /** User namespace: `--userns=host` or `hostUsers: true` set on purpose. */
  readonly user: Setting<boolean>;
}

export interface Mount {
  /**
   * `host`: a directory or file of the host. `volume`: kept under a name, `anonymous`: kept under none. `memory`: gone
   * with the container, `scratch`: gone with the pod or task. `given`: configuration, secrets, tokens.
   */
  readonly kind: 'host' | 'volume' | 'anonymous' | 'memory' | 'scratch' | 'given';
  /** A path of the host, or a volume's name; undefined where it only shows when it is deployed, or has none. */
  readonly source?: string;
  /** Inside the container; undefined where it only shows when it is deployed. */
  readonly target: string | undefined;
  readonly readOnly: boolean;
  readonly propagation?: string;
  readonly at: Position;
  /** Network file systems of a cloud. */
  readonly efs?: EfsFacts;
}

export interface EfsFacts {
  readonly at: Position;
  readonly encrypted: Setting<boolean>;
  readonly authorised: Setting<boolean>;
  readonly accessPoint: Setting<string>;
}

export interface PublishedPort {
  /** Undefined where it is unknown or a range that cannot be read. */
  readonly container: number | undefined;
  /** Undefined: the engine chooses one. */
  readonly host: number | undefined;
  /** Of the host; undefined means all of them. */
  readonly address: string | undefined;
  readonly at: Position;
}

export interface Variable {
  readonly name: string;
  /** To judge by, never to show. Undefined where it is taken from elsewhere: a secret, the shell, a parameter. */
  readonly value: string | undefined;
  readonly at: Position;
}

/** Whether a port is open on every address of its host. */
export function isEverywhere({ address }: PublishedPort): boolean {
  return address === undefined || /^(?:0\.0\.0\.0|::|\*|0:0:0:0:0:0:0:0)$/.test(address);
}
