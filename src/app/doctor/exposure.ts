import type { Reason } from '#core/reason.ts';
import { type Container, isEverywhere } from '#workload/model/container.ts';
import { valueIn } from '#workload/model/setting.ts';

/** What lies between an attacker and a container, and between the container and its host. */
export interface Exposure {
  /** Open on every address of the host: `5432`. */
  readonly ports: readonly string[];
  readonly hostNetwork: boolean;
  readonly root: boolean;
  readonly privileged: boolean;
  readonly engineSocket: boolean;
  /** Directories of the host itself that are mounted. */
  readonly hostPaths: readonly string[];
}

const ROOT = /^(?:root|0+)(?::|$)/;

/** Of a container that an engine runs, with what the rules say of it. */
export function exposureOf(container: Container, reasons: readonly Reason[]): Exposure {
  const says = (rule: string) => reasons.some((reason) => reason.rule === rule);
  // An engine tells the image's user where the container names none: nothing at all is root.
  const user = container.user === undefined ? 'root' : valueIn(container.user);
  return {
    ports: container.ports
      .filter(isEverywhere)
      .map(({ host, container: inside }) => String(host ?? inside ?? 'a port')),
    hostNetwork: valueIn(container.host.network) === true,
    root: user !== undefined && ROOT.test(user.trim()) && valueIn(container.host.user) !== false,
    privileged: valueIn(container.privileged) === true,
    engineSocket: says('run/engine-socket'),
    hostPaths: container.mounts.flatMap(({ source, at }) =>
      source !== undefined &&
      reasons.some(({ rule, positions }) => rule === 'run/sensitive-host-path' && positions[0] === at)
        ? [source]
        : [],
    ),
  };
}

/** All that several containers of one image have. */
export function together(exposures: readonly Exposure[]): Exposure {
  const any = (has: (one: Exposure) => boolean) => exposures.some(has);
  return {
    ports: [...new Set(exposures.flatMap(({ ports }) => ports))],
    hostNetwork: any(({ hostNetwork }) => hostNetwork),
    root: any(({ root }) => root),
    privileged: any(({ privileged }) => privileged),
    engineSocket: any(({ engineSocket }) => engineSocket),
    hostPaths: [...new Set(exposures.flatMap(({ hostPaths }) => hostPaths))],
  };
}

/** Whether somebody on another machine can talk to it. */
export function isReachable({ ports, hostNetwork }: Exposure): boolean {
  return ports.length > 0 || hostNetwork;
}

/** Whether whoever takes it over has the host. */
export function givesHost({ privileged, engineSocket, root, hostPaths }: Exposure): boolean {
  return privileged || engineSocket || (root && hostPaths.length > 0);
}
