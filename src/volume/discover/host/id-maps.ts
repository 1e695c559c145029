import { readFileSync } from 'node:fs';
import { object } from '#base/engine/answers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { isObject } from '#core/oci/json.ts';
import type { IdMaps, IdRange } from '#volume/discover/discovery.ts';
import type { InspectedContainer } from '#volume/discover/engine/inspect-container.ts';
import type { EngineFacts } from '#volume/discover/engine/inspect-engine.ts';
import { isProcessOf } from '#volume/discover/host/this-machine.ts';

const SAME: IdMaps = { users: [], groups: [] };
/** Hosts have a few. With more than that, they are taken for unknown. */
const MOST_RANGES = 100;
/** Of Docker's daemon when it makes a user for it; what /etc/subuid says else is not told. */
const USUAL_COUNT = 65_536;

/**
 * What users and groups of an engine's containers are on this host: by a container that runs and has no namespace of its
 * own, else by what the engine says of itself. Undefined where neither tells it.
 * @param readable whether the engine's processes are this machine's
 */
export async function engineIdMaps(
  engine: Engine,
  { rootless, root }: EngineFacts,
  containers: readonly InspectedContainer[],
  readable: boolean,
): Promise<IdMaps | undefined> {
  if (!rootless && root === undefined) return SAME;
  const one = readable
    ? containers.find(({ pid, usualUsers, container }) => usualUsers && isProcessOf(pid, container.id))
    : undefined;
  const told = one === undefined ? undefined : idMapsOf(one.pid);
  if (told !== undefined) return told;
  if (root !== undefined) {
    const range = (host: number): readonly IdRange[] => [{ container: 0, host, count: USUAL_COUNT }];
    return { users: range(root.user), groups: range(root.group) };
  }
  return engine.podman && readable && !isInside() ? podmanIdMaps(engine) : undefined;
}

/** Of a process, as this one sees them. */
function idMapsOf(pid: number): IdMaps | undefined {
  const [users, groups] = ['uid_map', 'gid_map'].map((file) => rangesIn(`/proc/${pid}/${file}`));
  return users === undefined || groups === undefined ? undefined : { users, groups };
}

/** Whether this process is in a user namespace itself: ids that others tell are not those that it sees. */
function isInside(): boolean {
  return (rangesIn('/proc/self/uid_map') ?? []).length > 0;
}

function rangesIn(path: string): readonly IdRange[] | undefined {
  try {
    const ranges = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([container = 0, host = 0, count = 0]) => ({ container, host, count }));
    // One range of all ids: the host's own namespace, or one that changes nothing.
    if (ranges.every(({ container, host }) => container === host)) return [];
    return ranges.length > MOST_RANGES ? undefined : ranges;
  } catch {
    return undefined;
  }
}

/** `GET /libpod/info`; not all versions tell it. */
async function podmanIdMaps(engine: Engine): Promise<IdMaps | undefined> {
  try {
    const body = await engine.read('/libpod/info');
    const host = body === undefined ? undefined : object(body, '/libpod/info')['host'];
    const maps = isObject(host) ? host['idMappings'] : undefined;
    if (!isObject(maps)) return undefined;
    const [users, groups] = [rangesOf(maps['uidmap']), rangesOf(maps['gidmap'])];
    return users.length === 0 || groups.length === 0 ? undefined : { users, groups };
  } catch {
    return undefined;
  }
}

function rangesOf(value: unknown): readonly IdRange[] {
  const listed: readonly unknown[] = Array.isArray(value) ? value : [];
  if (listed.length > MOST_RANGES) return [];
  return listed
    .filter(isObject)
    .flatMap(({ container_id: container, host_id: host, size: count }) =>
      typeof container === 'number' && typeof host === 'number' && typeof count === 'number'
        ? [{ container, host, count }]
        : [],
    );
}
