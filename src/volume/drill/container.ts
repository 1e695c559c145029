import { isWithin } from '#core/container-path.ts';
import { isObject, type JsonObject } from '#core/oci/json.ts';
import type { ContainerDefinition } from '#volume/drill/definition.ts';

/** What a drill's container is made of beside its writer's definition. */
export interface DrillPlace {
  readonly mounts: readonly DrillMount[];
  /** False: nobody waits for its health check, and it is not run. */
  readonly checksHealth: boolean;
  /** What the engine calls the image: an id or a digest, never a tag that may have moved. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A volume of the drill's own that is mounted. */
export interface DrillMount {
  readonly volume: string;
  readonly destination: string;
  /** `as-it-is`: what the image has at that place does not come into it; `fresh`: it does, as into every new volume. */
  readonly content: 'as-it-is' | 'fresh';
  readonly readOnly?: true;
}

const MEMORY_BYTES = 2 * 1024 ** 3;
const PIDS = 2048;
const MOST_SHM_BYTES = 1024 ** 3;
const MOST_TMPFS_BYTES = 1024 ** 3;
/** What it writes to its log must not fill the disk. */
const LOG = { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '1' } };

/** The scratch volume with a snapshot's files, wherever its writer had the volume that it is of. */
export function restoredMounts(
  { volumes }: ContainerDefinition,
  volume: string,
  scratch: string,
): readonly DrillMount[] {
  // What the image has at that place must not fill a volume that came back empty.
  return volumes
    .filter(({ name }) => name === volume)
    .map(({ destination }) => ({ volume: scratch, destination, content: 'as-it-is' }));
}

/**
 * Where the empty volume of a server goes that dumps are loaded into: in place of the writer's volume that has its data.
 * Undefined where no volume has: then a new container of it has its data elsewhere, too.
 * @param directories where the service keeps its data; empty: that is not known, and the snapshot's own volume is meant
 */
export function freshPlace(
  { volumes }: ContainerDefinition,
  volume: string,
  directories: readonly string[],
): string | undefined {
  if (directories.length === 0) return volumes.find(({ name }) => name === volume)?.destination;
  const places = volumes.map(({ destination }) => destination);
  return (
    places.find((at) => directories.some((path) => isWithin(path, at))) ??
    places.find((at) => directories.some((path) => isWithin(at, path)))
  );
}

/**
 * The body of `POST /containers/create` for a drill: the writer's environment, user and command on scratch volumes, without
 * network, without devices, without anything else of the host, never privileged, and with limits. Pure.
 */
export function drillContainer(
  definition: ContainerDefinition,
  { mounts, checksHealth, image, labels }: DrillPlace,
): JsonObject {
  const { config, host, memoryBytes, pids, shmBytes, memoryMounts } = definition;
  const memory = memoryBytes === 0 ? MEMORY_BYTES : memoryBytes;
  return {
    ...config,
    ...(checksHealth ? {} : { Healthcheck: { Test: ['NONE'] } }),
    Image: image,
    Labels: labels,
    HostConfig: {
      ...host,
      NetworkMode: 'none',
      IpcMode: 'private',
      Privileged: false,
      Memory: memory,
      MemorySwap: memory,
      PidsLimit: pids === 0 ? PIDS : Math.min(pids, PIDS),
      ...(shmBytes === 0 ? {} : { ShmSize: Math.min(shmBytes, MOST_SHM_BYTES) }),
      RestartPolicy: { Name: 'no' },
      LogConfig: LOG,
      Mounts: [
        ...mounts.map(({ volume, destination, content, readOnly }) => ({
          Type: 'volume',
          Source: volume,
          Target: destination,
          ...(readOnly === undefined ? {} : { ReadOnly: readOnly }),
          VolumeOptions: { NoCopy: content === 'as-it-is' },
        })),
        ...memoryMounts
          .filter((path) => !(isObject(host['Tmpfs']) && path in host['Tmpfs']))
          .map((path) => ({ Type: 'tmpfs', Target: path, TmpfsOptions: { SizeBytes: MOST_TMPFS_BYTES } })),
      ],
    },
  };
}

/** What the drill's container has not, and its writer had: said when the drill does not pass. */
export function missingIn(definition: ContainerDefinition, volume: string): readonly string[] {
  const others = [
    ...definition.volumes.filter(({ name }) => name !== volume).map(({ destination }) => destination),
    ...definition.otherMounts,
  ];
  return [
    ...(others.length === 0
      ? []
      : [`what is mounted at ${others.slice(0, 5).join(', ')}${others.length > 5 ? ' …' : ''}`]),
    ...(definition.privileged ? ['its privileges'] : []),
    ...(definition.dependsOnOthers ? ['the services that it depends on'] : []),
  ];
}
