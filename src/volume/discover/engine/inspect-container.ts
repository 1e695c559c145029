import { object, strings } from '#base/engine/answers.ts';
import { containerName } from '#base/engine/containers.ts';
import type { Engine } from '#base/engine/engine.ts';
import { isObject, type JsonObject, optionalString, stringMap } from '#core/oci/json.ts';
import { parseReference } from '#core/reference.ts';
import type { ContainerState, DiscoveredContainer, ExternalStore } from '#volume/discover/discovery.ts';
import { looksLikeBuilder } from '#volume/discover/engine/builder.ts';
import type { ImageFacts } from '#volume/discover/engine/inspect-image.ts';
import { mountsOf, type PlainMount } from '#volume/discover/engine/mounts.ts';
import { stackOf } from '#volume/discover/engine/stacks.ts';
import { storesOfContainer } from '#volume/discover/stores/container-stores.ts';
import { recogniseService } from '#workload/known-data/recognise.ts';

/** A container before its mounts are looked into. */
export interface InspectedContainer {
  readonly container: Omit<DiscoveredContainer, 'mounts' | 'layer'>;
  readonly mounts: readonly PlainMount[];
  /** `--volumes-from`: names or ids. */
  readonly volumesFrom: readonly string[];
  readonly stores: readonly ExternalStore[];
  /** Of its first process, on the engine's machine; 0 when it does not run. */
  readonly pid: number;
  /** Its users are those of all others: it has no user namespace of its own, nor the host's where others have not. */
  readonly usualUsers: boolean;
  /** The directory that it writes to, where the engine tells. */
  readonly upperDirectory?: string;
  /** Names that other containers reach it by. */
  readonly hostNames: readonly string[];
}

const STATES: readonly string[] = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];
const NEVER = '0001-01-01T00:00:00Z';
const ENVIRONMENT_LIMIT = 5_000;

/** `GET /containers/{id}/json`, raw; undefined when it is gone. @throws `ENGINE_FAILED` */
export async function readContainer(engine: Engine, id: string): Promise<JsonObject | undefined> {
  const path = `/containers/${encodeURIComponent(id)}/json`;
  const body = await engine.read(path);
  return body === undefined ? undefined : object(body, path);
}

/** Reads the description of a container. Values of its environment are looked at here and go no further. */
export function inspectContainerOf(
  raw: JsonObject,
  id: string,
  image: ImageFacts | undefined,
  anonymous: ReadonlySet<string>,
): InspectedContainer {
  const config = part(raw, 'Config');
  const host = part(raw, 'HostConfig');
  const state = part(raw, 'State');
  const labels = trustedLabels(stringMap(config['Labels']), image);
  const name = containerName(raw['Name'], id);
  const reference = optionalString(config, 'Image') ?? optionalString(raw, 'ImageName') ?? '';
  const imageId = optionalString(raw, 'Image');
  const imageVolumes = image?.volumes ?? [];
  const words = [...wordsOf(config['Entrypoint']), ...wordsOf(config['Cmd'])];
  const environment = environmentOf(config['Env']);
  const names = repositoriesOf([reference, ...(image?.tags ?? [])]);
  const service = recogniseService({ ...names, environment, words, volumes: imageVolumes });
  const stack = stackOf(labels, optionalString(raw, 'Pod'));
  const composeService = labels['com.docker.compose.service'] ?? labels['io.podman.compose.service'];
  const started = optionalString(state, 'StartedAt');
  const upperDirectory = optionalString(part(part(raw, 'GraphDriver'), 'Data'), 'UpperDir');
  const mounts = mountsOf(raw, imageVolumes, anonymous);
  return {
    container: {
      id,
      name,
      image: reference,
      ...(imageId === undefined ? {} : { imageId }),
      repositoryDigests: image?.repositoryDigests ?? [],
      state: stateOf(state['Status']),
      createdAt: optionalString(raw, 'Created') ?? '',
      ...(started === undefined || started === NEVER ? {} : { startedAt: started }),
      restartPolicy: optionalString(part(host, 'RestartPolicy'), 'Name') ?? 'no',
      removedAtEnd: host['AutoRemove'] === true,
      readOnlyRoot: host['ReadonlyRootfs'] === true,
      labels,
      ...(stack === undefined ? {} : { stack: stack.name }),
      ...(composeService === undefined ? {} : { composeService }),
      user: optionalString(config, 'User') ?? '',
      capabilities: {
        privileged: host['Privileged'] === true,
        added: strings(host['CapAdd']),
        dropped: strings(host['CapDrop']),
      },
      imageVolumes,
      ...(service === undefined ? {} : { service }),
      builder: looksLikeBuilder(name, names.repositories, labels),
    },
    mounts,
    volumesFrom: strings(host['VolumesFrom']).map((text) => text.replace(/:(?:ro|rw|z|Z)$/, '')),
    stores: storesOfContainer(id, environment, words),
    pid: typeof state['Pid'] === 'number' ? state['Pid'] : 0,
    usualUsers: (optionalString(host, 'UsernsMode') ?? '') === '',
    ...(upperDirectory === undefined ? {} : { upperDirectory }),
    hostNames: hostNamesOf(raw, name, composeService),
  };
}

const METHOD = 'holdfast.volume.method';
const OF_WHO_STARTS =
  /^(?:com\.docker\.compose\.project\.config_files|holdfast\.volume\.(?:user|exclude)|docker-volume-backup\..*\.user)$/;

/**
 * The labels of a container. Some are believed only of whoever started it: an image that says where compose's files are may
 * name a file that it has written itself; one that says who runs its commands would be root again where it was started as
 * somebody else; what it leaves out of snapshots would be missed by others that write there; and what is copied while it runs may be led out of its volume by links that come and go.
 */
function trustedLabels(labels: Readonly<Record<string, string>>, image: ImageFacts | undefined) {
  const isOfImage = (name: string) => image === undefined || image.labels[name] === labels[name];
  return Object.fromEntries(
    Object.entries(labels).filter(([name, value]) => {
      const isLive = name === METHOD && value.split(',').some((one) => one.trim() === 'live');
      return !(OF_WHO_STARTS.test(name) || isLive) || !isOfImage(name);
    }),
  );
}

function part(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isObject(value) ? value : {};
}

function wordsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : strings(value);
}

function stateOf(value: unknown): ContainerState {
  // Podman has states of its own: configured, initialized, stopped, exited.
  const text = value === 'configured' || value === 'initialized' ? 'created' : value === 'stopped' ? 'exited' : value;
  return STATES.find((state): state is ContainerState => state === text) ?? 'exited';
}

function environmentOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(
    strings(value)
      .slice(0, ENVIRONMENT_LIMIT)
      .map((text): [string, string] => {
        const equals = text.indexOf('=');
        return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
      }),
  );
}

/** Names that are references; ids are left out. */
function repositoriesOf(texts: readonly string[]): { readonly repositories: readonly string[]; readonly tag?: string } {
  const found = texts.flatMap((text) => {
    if (/^(?:sha256:)?[0-9a-f]{12,64}$/.test(text)) return [];
    try {
      return [parseReference(text)];
    } catch {
      // An engine shows what was typed: not every text is a reference.
      return [];
    }
  });
  const tag = found.find((one) => one.tag !== undefined)?.tag;
  return { repositories: found.map(({ repository }) => repository), ...(tag === undefined ? {} : { tag }) };
}

function hostNamesOf(raw: JsonObject, name: string, service: string | undefined): readonly string[] {
  const networks = Object.values(part(part(raw, 'NetworkSettings'), 'Networks')).filter(isObject);
  const addresses = networks.map((network) => optionalString(network, 'IPAddress'));
  const hostName = optionalString(part(raw, 'Config'), 'Hostname');
  const all = [name, service, hostName, ...addresses, ...networks.flatMap((network) => strings(network['Aliases']))];
  return [...new Set(all.filter((one) => one !== undefined))];
}
