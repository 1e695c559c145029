import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '#base/engine/engine.ts';
import type { EngineFacts } from '#volume/discover/engine/inspect-engine.ts';
import { isTableOf, parseMountTable } from '#volume/discover/host/mount-table.ts';

const ID = /^[0-9a-f]{64}$/;

/**
 * Whether the directories that an engine names are this machine's and may be read: a socket may be forwarded from
 * another machine, whose paths are the same. Its own id, or that of one of its containers or networks, must be found there.
 */
export function isThisMachines(
  engine: Pick<Engine, 'address' | 'podman'>,
  facts: EngineFacts,
  ids: readonly string[],
  networks: readonly string[],
): boolean {
  if (!engine.address.startsWith('unix://') || !facts.rootDirectory.startsWith('/')) return false;
  const root = facts.rootDirectory;
  try {
    if (facts.id !== '' && readFileSync(join(root, 'engine-id'), 'utf8').trim() === facts.id) return true;
  } catch {
    // Older engines and Podman keep none.
  }
  // Podman names it after its storage driver: overlay-containers, vfs-containers.
  const place = engine.podman
    ? `${/^[a-z0-9]{1,20}$/.test(facts.driver) ? facts.driver : 'overlay'}-containers`
    : 'containers';
  if (ids.slice(0, 20).some((id) => ID.test(id) && existsSync(join(root, place, id)))) return true;
  return !engine.podman && knowsNetwork(join(root, 'network/files/local-kv.db'), networks);
}

const NETWORKS_LIMIT_BYTES = 16 * 1024 * 1024;

/** Docker keeps its networks in a file of keys and values, where each id stands as it is. */
function knowsNetwork(file: string, networks: readonly string[]): boolean {
  try {
    if (networks.length === 0 || statSync(file).size > NETWORKS_LIMIT_BYTES) return false;
    const bytes = readFileSync(file);
    return networks.slice(0, 20).some((id) => ID.test(id) && bytes.includes(id));
  } catch {
    return false;
  }
}

/** Whether this process may read a directory. */
export function isOpen(directory: string): boolean {
  try {
    accessSync(directory, constants.R_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process of this machine is one of a container. Rootless ones may have no control group of their own. */
export function isProcessOf(pid: number, container: string): boolean {
  if (pid <= 0) return false;
  const cgroup = textOf(`/proc/${pid}/cgroup`) ?? '';
  return cgroup.includes(container) || isTableOf(parseMountTable(textOf(`/proc/${pid}/mountinfo`) ?? ''), [container]);
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
