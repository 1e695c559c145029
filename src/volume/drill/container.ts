import { isObject, type JsonObject } from '#core/oci/json.ts';
import type { ContainerDefinition } from '#volume/drill/definition.ts';

/** What a drill's container is made of beside its writer's definition. */
export interface DrillPlace {
  /** The volume that the snapshot is of. */
  readonly volume: string;
  /** The scratch volume that is mounted instead. */
  readonly scratch: string;
  /** What the engine calls the image: an id or a digest, never a tag that may have moved. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

const MEMORY_BYTES = 2 * 1024 ** 3;
const PIDS = 2048;
const MOST_SHM_BYTES = 1024 ** 3;
const MOST_TMPFS_BYTES = 1024 ** 3;
/** What it writes to its log must not fill the disk. */
const LOG = { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '1' } };

/**
 * The body of `POST /containers/create` for a drill: the writer's environment, user and command on the scratch volume,
 * without network, without devices, without anything else of the host, never privileged, and with limits. Pure.
 */
export function drillContainer(
  definition: ContainerDefinition,
  { volume, scratch, image, labels }: DrillPlace,
): JsonObject {
  const { config, host, memoryBytes, pids, shmBytes, volumes, memoryMounts } = definition;
  const memory = memoryBytes === 0 ? MEMORY_BYTES : memoryBytes;
  return {
    ...config,
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
        ...volumes
          .filter(({ name }) => name === volume)
          // What the image has at that place must not fill a volume that came back empty.
          .map(({ destination: Target }) => ({
            Type: 'volume',
            Source: scratch,
            Target,
            VolumeOptions: { NoCopy: true },
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
