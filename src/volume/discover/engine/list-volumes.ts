import { list, object, refuse } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { isObject, optionalString, stringMap } from '#core/oci/json.ts';
import type { NetworkFilesystem } from '#volume/discover/discovery.ts';
import { isAnonymousVolume } from '#volume/discover/engine/mounts.ts';
import { networkOfOptions } from '#volume/discover/host/network.ts';

/** A volume as the engine describes it. Its options may hold passwords and are not kept. */
export interface PlainVolume {
  readonly name: string;
  readonly anonymous: boolean;
  readonly driver: string;
  readonly mountpoint: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt?: string;
  readonly network?: NetworkFilesystem;
  /** Its driver mounts something there when it is used: the directory itself may show nothing. */
  readonly mounted: boolean;
}

/** `GET /volumes`, by name. @throws `ENGINE_FAILED` */
export async function listVolumes(engine: Engine): Promise<readonly PlainVolume[]> {
  const body = await engine.read('/volumes');
  if (body === undefined) throw refuse('/volumes')('there are none');
  const answer = object(body, '/volumes');
  const volumes = Array.isArray(answer['Volumes']) ? answer['Volumes'].filter(isObject) : [];
  return volumes
    .flatMap((volume): PlainVolume[] => {
      const name = optionalString(volume, 'Name');
      if (name === undefined) return [];
      const driver = optionalString(volume, 'Driver') ?? 'local';
      const options = stringMap(volume['Options']);
      const labels = stringMap(volume['Labels']);
      const createdAt = optionalString(volume, 'CreatedAt');
      const network = networkOfOptions(driver, options);
      return [
        {
          name,
          anonymous: isAnonymousVolume(name, labels) || volume['Anonymous'] === true,
          driver,
          mountpoint: optionalString(volume, 'Mountpoint') ?? '',
          labels,
          ...(createdAt === undefined ? {} : { createdAt }),
          ...(network === undefined ? {} : { network }),
          mounted: driver !== 'local' || 'device' in options || 'type' in options,
        },
      ];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `GET /system/df`: the sizes of volumes that the engine measures; of those alone where it can be told so. @throws `ENGINE_FAILED` */
export async function volumeSizes(engine: Engine): Promise<ReadonlyMap<string, number>> {
  const [major = 0, minor = 0] = engine.apiVersion.split('.').map(Number);
  const path = major > 1 || minor >= 42 ? '/system/df?type=volume' : '/system/df';
  const answer = object((await engine.read(path)) ?? Buffer.from('{}'), path);
  const sizes = new Map<string, number>();
  for (const volume of list(Buffer.from(JSON.stringify(answer['Volumes'] ?? [])), path)) {
    const usage = isObject(volume['UsageData']) ? volume['UsageData'] : {};
    const size = usage['Size'];
    // -1 means that the driver does not tell.
    if (typeof volume['Name'] === 'string' && typeof size === 'number' && size >= 0) sizes.set(volume['Name'], size);
  }
  return sizes;
}
