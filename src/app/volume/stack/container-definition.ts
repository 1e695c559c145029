import { takenUlimits } from '#base/engine/ulimits.ts';
import { isObject, type JsonObject, optionalString } from '#core/oci/json.ts';
import type { DiscoveredContainer } from '#volume/discover/discovery.ts';
import type { StackContainer } from '#volume/snapshot/stack-definition.ts';

/** Of the engine's own: they are of one run, not of the container. */
const NOT_OF_HOST_CONFIG = new Set(['ContainerIDFile']);
const NOT_OF_CONFIG = new Set(['Image', 'Hostname', 'MacAddress']);
const OF_ENDPOINT = ['IPAMConfig', 'Links', 'Aliases', 'DriverOpts', 'GwPriority'];
const MODES = ['NetworkMode', 'IpcMode', 'PidMode'];

/**
 * What makes a container, from the engine's description of it (`GET /containers/{id}/json`): what refers to other
 * containers by id, does so by name.
 */
export function containerDefinition(
  raw: JsonObject,
  container: DiscoveredContainer,
  all: readonly DiscoveredContainer[],
): StackContainer {
  const config = part(raw['Config']);
  const host = part(raw['HostConfig']);
  const named = (reference: string) =>
    all.find(({ id, name }) => name === reference || (reference.length >= 12 && id.startsWith(reference)))?.name ??
    reference;
  const hostConfig: Record<string, unknown> = without(host, NOT_OF_HOST_CONFIG);
  for (const mode of MODES) {
    const value = host[mode];
    if (typeof value !== 'string' || !value.startsWith('container:')) continue;
    hostConfig[mode] = `container:${named(value.slice('container:'.length))}`;
  }
  if (Array.isArray(host['Ulimits'])) hostConfig['Ulimits'] = takenUlimits(host['Ulimits']);
  if (Array.isArray(host['VolumesFrom'])) {
    hostConfig['VolumesFrom'] = host['VolumesFrom'].map((text: unknown) => {
      const [reference = '', ...mode] = String(text).split(':');
      return [named(reference), ...mode].join(':');
    });
  }
  // Volumes that nobody named are mounted by their names from now on: else the engine would make new ones.
  const anonymous = container.mounts
    .filter(({ kind, from }) => kind === 'anonymous' && from === undefined)
    .map(({ source, destination, writable }) => `${source}:${destination}${writable ? '' : ':ro'}`);
  const binds = Array.isArray(host['Binds']) ? host['Binds'].map(String) : [];
  const targets = new Set([...binds.map((text) => text.split(':')[1]), ...mountTargets(host['Mounts'])]);
  const added = anonymous.filter((text) => !targets.has(text.split(':')[1]));
  if (added.length > 0) hostConfig['Binds'] = [...binds, ...added];
  const hostname = optionalString(config, 'Hostname');
  const isOwn = hostname !== undefined && !container.id.startsWith(hostname) && hostConfig['NetworkMode'] !== 'host';
  return {
    name: container.name,
    image: container.image,
    ...(container.imageId === undefined ? {} : { imageId: container.imageId }),
    digests: [...container.repositoryDigests].slice(0, 100),
    running: container.state === 'running' || container.state === 'restarting' || container.state === 'paused',
    create: { ...without(config, NOT_OF_CONFIG), ...(isOwn ? { Hostname: hostname } : {}), HostConfig: hostConfig },
    endpoints: endpointsOf(raw, container.id),
    binds: container.mounts.filter(({ kind }) => kind === 'bind').map(({ source }) => source),
  };
}

/** The settings in networks that were given; addresses that the engine chose are not. */
function endpointsOf(raw: JsonObject, id: string): Record<string, Record<string, unknown>> {
  const networks = part(part(raw['NetworkSettings'])['Networks']);
  return Object.fromEntries(
    Object.entries(networks)
      .filter(([name]) => !['host', 'none'].includes(name))
      .map(([name, value]) => {
        const endpoint = part(value);
        const kept: Record<string, unknown> = {};
        for (const key of OF_ENDPOINT)
          if (endpoint[key] !== undefined && endpoint[key] !== null) kept[key] = endpoint[key];
        if (Array.isArray(kept['Aliases'])) {
          kept['Aliases'] = kept['Aliases'].filter((alias: unknown) => !id.startsWith(String(alias)));
        }
        return [name, kept];
      }),
  );
}

function mountTargets(mounts: unknown): readonly string[] {
  const listed: readonly unknown[] = Array.isArray(mounts) ? mounts : [];
  return listed.flatMap((mount) => (isObject(mount) && typeof mount['Target'] === 'string' ? [mount['Target']] : []));
}

function part(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function without(object: JsonObject, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name, value]) => !names.has(name) && value !== null));
}
