import { list, strings } from '#base/engine/answers.ts';
import { takenUlimits } from '#base/engine/ulimits.ts';
import { isObject, type JsonObject, optionalString, stringMap } from '#core/oci/json.ts';
import { DEFAULT_CAPABILITIES } from '#workload/model/capabilities.ts';

/**
 * What a container is started with, as far as a drill starts another one like it. Its environment may hold secrets: it stays
 * in memory, and goes to the engine only.
 */
export interface ContainerDefinition {
  readonly image: string;
  readonly imageId?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Parts of the engine's description that are handed back to it as they are. */
  readonly config: JsonObject;
  readonly host: JsonObject;
  readonly privileged: boolean;
  readonly memoryBytes: number;
  readonly pids: number;
  readonly shmBytes: number;
  readonly hasHealthCheck: boolean;
  /** Volumes by name, and where each is mounted. */
  readonly volumes: readonly { readonly name: string; readonly destination: string }[];
  /** Where it has memory of its own mounted; what `--tmpfs` mounts is in `host`. */
  readonly memoryMounts: readonly string[];
  /** Where other things of the host are mounted. */
  readonly otherMounts: readonly string[];
  /** Compose starts others before it. */
  readonly dependsOnOthers: boolean;
}

const CONFIG = [
  'Env',
  'User',
  'Cmd',
  'Entrypoint',
  'WorkingDir',
  'Hostname',
  'Domainname',
  'Healthcheck',
  'StopSignal',
  'Tty',
];
const HOST = ['CapDrop', 'Tmpfs', 'ReadonlyRootfs', 'Init', 'GroupAdd'];
/**
 * What engines give to all, and what takes more memory or time of the host's, nothing else: a drill's image and definition may
 * be what somebody with the password of a repository has written.
 */
const CAPABILITIES: ReadonlySet<string> = new Set([...DEFAULT_CAPABILITIES, 'IPC_LOCK', 'SYS_NICE', 'SYS_RESOURCE']);
/** Engines write these for nothing. */
const EMPTY = [null, '', undefined];

/** Reads the engine's description of a container (`GET /containers/{id}/json`). */
export function definitionOf(raw: JsonObject): ContainerDefinition {
  const config = part(raw, 'Config');
  const host = part(raw, 'HostConfig');
  const labels = stringMap(config['Labels']);
  const mounts = list(Buffer.from(JSON.stringify(raw['Mounts'] ?? [])), 'Mounts').flatMap((mount) => {
    const destination = optionalString(mount, 'Destination');
    return destination === undefined ? [] : [{ destination, type: mount['Type'], name: optionalString(mount, 'Name') }];
  });
  const imageId = optionalString(raw, 'Image');
  const security = strings(host['SecurityOpt']).filter((option) => option.startsWith('no-new-privileges'));
  return {
    image: optionalString(config, 'Image') ?? optionalString(raw, 'ImageName') ?? '',
    ...(imageId === undefined ? {} : { imageId }),
    labels,
    config: chosen(config, CONFIG),
    host: {
      ...chosen(host, HOST),
      ...capabilitiesOf(host).taken,
      ...limitsOf(host),
      ...(security.length === 0 ? {} : { SecurityOpt: security }),
    },
    privileged: host['Privileged'] === true || capabilitiesOf(host).refused,
    memoryBytes: count(host['Memory']),
    pids: count(host['PidsLimit']),
    shmBytes: count(host['ShmSize']),
    hasHealthCheck: isHealthCheck(config['Healthcheck']),
    volumes: mounts.flatMap(({ type, name, destination }) =>
      type === 'volume' && name !== undefined ? [{ name, destination }] : [],
    ),
    memoryMounts: mounts.filter(({ type }) => type === 'tmpfs').map(({ destination }) => destination),
    otherMounts: mounts
      .filter(({ type }) => type !== 'volume' && type !== 'tmpfs')
      .map(({ destination }) => destination),
    dependsOnOthers: (labels['com.docker.compose.depends_on'] ?? '') !== '',
  };
}

/**
 * The definition that a stack's snapshot keeps of a container: a body of `POST /containers/create`. Volumes stand there as
 * the engine takes them: `NAME:PATH[:MODE]`, or as mounts.
 */
export function definitionOfKept(create: JsonObject, image: string, imageId: string | undefined): ContainerDefinition {
  const { HostConfig: host, ...config } = create;
  const hostConfig = isObject(host) ? host : {};
  const binds = strings(hostConfig['Binds']).flatMap((text) => {
    const [source = '', destination = ''] = text.split(':');
    if (destination === '') return [];
    return [{ Type: source.startsWith('/') ? 'bind' : 'volume', Name: source, Destination: destination }];
  });
  const mounts = (Array.isArray(hostConfig['Mounts']) ? hostConfig['Mounts'] : [])
    .filter(isObject)
    .map(({ Type, Source, Target }) => ({ Type, Name: Source, Destination: Target }));
  return definitionOf({
    Config: { ...config, Image: image },
    HostConfig: hostConfig,
    Mounts: [...binds, ...mounts],
    ...(imageId === undefined ? {} : { Image: imageId }),
  });
}

/** The definition that an image alone gives (`GET /images/{id}/json`); where the volume goes must be said. */
export function definitionOfImage(
  raw: JsonObject,
  image: string,
  volume: string,
  destination: string,
): ContainerDefinition {
  const config = part(raw, 'Config');
  const imageId = optionalString(raw, 'Id');
  return {
    image,
    ...(imageId === undefined ? {} : { imageId }),
    labels: stringMap(config['Labels']),
    config: {},
    host: {},
    privileged: false,
    memoryBytes: 0,
    pids: 0,
    shmBytes: 0,
    hasHealthCheck: isHealthCheck(config['Healthcheck']),
    volumes: [{ name: volume, destination }],
    memoryMounts: [],
    otherMounts: [],
    dependsOnOthers: false,
  };
}

function capabilitiesOf(host: JsonObject): { readonly taken: JsonObject; readonly refused: boolean } {
  const asked = strings(host['CapAdd']);
  const given = asked.filter((one) => CAPABILITIES.has(one.replace(/^CAP_/i, '').toUpperCase()));
  return { taken: given.length === 0 ? {} : { CapAdd: given }, refused: given.length < asked.length };
}

function limitsOf(host: JsonObject): JsonObject {
  return Array.isArray(host['Ulimits']) ? { Ulimits: takenUlimits(host['Ulimits']) } : {};
}

function isHealthCheck(value: unknown): boolean {
  const test = isObject(value) ? strings(value['Test']) : [];
  return test.length > 0 && test[0] !== 'NONE';
}

function chosen(from: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => !EMPTY.includes(from[key] as never)).map((key) => [key, from[key]]));
}

function part(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}
