import { isObject, type JsonObject } from '#core/oci/json.ts';
import { endpointPowers, hostPowers, mountPowers, unknownKeys } from '#volume/snapshot/container-powers.ts';
import type { StackContainer, StackDefinition, StackNetwork } from '#volume/snapshot/stack-definition.ts';

/** Something in a stack's definition that reaches beyond its own containers and volumes. */
export interface StackPower {
  /** Null for what is none of a container's. */
  readonly container: string | null;
  /** What it would do, as a sentence without a full stop. Text of the definition in it is shortened, not escaped. */
  readonly what: string;
}

const MOST = 200;
const NETWORK_DRIVERS: readonly unknown[] = [undefined, '', 'bridge', 'overlay'];
const OF_NETWORK = [
  'Driver',
  'Internal',
  'Attachable',
  'Ingress',
  'EnableIPv6',
  'EnableIPv4',
  'Options',
  'Labels',
  'IPAM',
];
const OF_CONFIG = [
  ...[
    'Hostname',
    'Domainname',
    'User',
    'AttachStdin',
    'AttachStdout',
    'AttachStderr',
    'ExposedPorts',
    'Tty',
    'OpenStdin',
  ],
  ...[
    'StdinOnce',
    'Env',
    'Cmd',
    'Healthcheck',
    'ArgsEscaped',
    'Volumes',
    'WorkingDir',
    'Entrypoint',
    'NetworkDisabled',
  ],
  ...['OnBuild', 'Labels', 'StopSignal', 'StopTimeout', 'Shell', 'HostConfig'],
];

/**
 * What a stack's definition would get of the host, or of what else is on it, if it were made: privileges, directories of the
 * host, its namespaces, networks of others. What is not known for certain to be harmless is named: engines read keys
 * whatever their case, so a key that is not spelt as engines spell it may be another one. Pure.
 */
export function powersOf({ parts, networks, containers }: StackDefinition): readonly StackPower[] {
  const own = new Set(containers.map(({ name }) => name));
  const powers = [
    ...parts.flatMap(({ volume }): StackPower[] =>
      volume.startsWith('/') ? [{ container: null, what: `write ${shown(volume)} on this host` }] : [],
    ),
    ...networks.flatMap(networkPowers),
    ...containers.flatMap((one) => containerPowers(one, own).map((what) => ({ container: one.name, what }))),
  ];
  if (powers.length <= MOST) return powers;
  return [...powers.slice(0, MOST), { container: null, what: `and ${powers.length - MOST} things more` }];
}

function networkPowers({ name, create }: StackNetwork): readonly StackPower[] {
  const other = NETWORK_DRIVERS.includes(create['Driver']) ? [] : [`the driver ${shown(create['Driver'])}`];
  const all = [...other, ...unknownKeys(create, OF_NETWORK)];
  return all.map((what) => ({ container: null, what: `make the network ${shown(name)} with ${what}` }));
}

function containerPowers({ create, endpoints }: StackContainer, own: ReadonlySet<string>): readonly string[] {
  const host: JsonObject = isObject(create['HostConfig']) ? create['HostConfig'] : {};
  return [
    ...unknownKeys(create, OF_CONFIG).map((what) => `be made with ${what}`),
    ...hostPowers(host, own),
    ...mountPowers(host),
    ...endpointPowers(endpoints),
  ];
}

/** A value as it may stand in a sentence. */
function shown(value: unknown): string {
  return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 200);
}
