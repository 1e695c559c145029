import { plainPath } from '#core/container-path.ts';
import { isObject, type JsonObject, stringMap } from '#core/oci/json.ts';
import type { DiscoveredMount, MountKind } from '#volume/discover/discovery.ts';

/** More than fit into the answer of an engine. */
const MOUNTS_LIMIT = 500_000;
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** Whether the engine made a volume's name up: 64 hexadecimal digits, or the label of newer engines. */
export function isAnonymousVolume(name: string, labels: Readonly<Record<string, string>>): boolean {
  return ANONYMOUS.test(name) || Object.hasOwn(labels, 'com.docker.volume.anonymous');
}

/** A mount as it stands in one container's description. */
export type PlainMount = Omit<DiscoveredMount, 'from' | 'contents'>;

/** The mounts of an answer to `GET /containers/{id}/json`: those of the engine's list and the tmpfs that it leaves out. */
export function mountsOf(
  container: JsonObject,
  imageVolumes: readonly string[],
  anonymous: ReadonlySet<string>,
): readonly PlainMount[] {
  const listed: readonly unknown[] = Array.isArray(container['Mounts']) ? container['Mounts'] : [];
  const host = isObject(container['HostConfig']) ? container['HostConfig'] : {};
  const mounts = listed
    .slice(0, MOUNTS_LIMIT)
    .filter(isObject)
    .flatMap((mount): PlainMount[] => {
      const destination = typeof mount['Destination'] === 'string' ? plainPath(mount['Destination']) : undefined;
      if (destination === undefined) return [];
      const name = typeof mount['Name'] === 'string' ? mount['Name'] : '';
      const type = mount['Type'];
      const volume = type === 'volume' || type === 'cluster';
      const kind = kindOf(type, volume && (anonymous.has(name) || ANONYMOUS.test(name)));
      const source = volume ? name : kind === 'bind' && typeof mount['Source'] === 'string' ? mount['Source'] : '';
      return [
        {
          kind,
          source: kind === 'bind' ? plainPath(source) : source,
          destination,
          writable: mount['RW'] !== false,
          declared: imageVolumes.includes(destination),
        },
      ];
    });
  const known = new Set(mounts.map(({ destination }) => destination));
  for (const [path, options] of Object.entries(stringMap(host['Tmpfs']))) {
    const destination = plainPath(path);
    if (known.has(destination)) continue;
    const writable = !options.split(',').includes('ro');
    mounts.push({ kind: 'tmpfs', source: '', destination, writable, declared: imageVolumes.includes(destination) });
  }
  return mounts.sort((a, b) => (a.destination < b.destination ? -1 : 1));
}

function kindOf(type: unknown, anonymous: boolean): MountKind {
  switch (type) {
    case 'volume':
    case 'cluster':
      return anonymous ? 'anonymous' : 'volume';
    case 'bind':
    case 'tmpfs':
    case 'image':
      return type;
    default:
      return 'other';
  }
}
