import type {
  DiscoveredBind,
  DiscoveredContainer,
  DiscoveredMount,
  DiscoveredVolume,
  Discovery,
  TreeSurvey,
} from '#volume/discover/discovery.ts';
import { recogniseService, type ServiceFacts } from '#workload/known-data/recognise.ts';

const MEGABYTE = 1_000_000;

/** What lies in a directory: megabytes by directory, and databases by path. */
export function survey(
  directories: Readonly<Record<string, number>> = {},
  databases: Readonly<Record<string, string>> = {},
): TreeSurvey {
  const sizes = new Map(Object.entries(directories).map(([path, megabytes]) => [path, megabytes * MEGABYTE]));
  for (const path of Object.keys(databases)) {
    const directory = path.slice(0, path.lastIndexOf('/')).split('/').slice(0, 5).join('/');
    sizes.set(directory, sizes.get(directory) ?? 4_096);
  }
  return {
    sizeBytes: [...sizes.values()].reduce((sum, one) => sum + one, 0),
    files: sizes.size,
    complete: true,
    databases: Object.entries(databases).map(([path, title]) => ({ path, title, sizeBytes: 4_096 })),
    directories: sizes,
  };
}

/** A container that has run for two hours with nothing mounted and nothing written. */
export function container(name: string, more: Partial<DiscoveredContainer> = {}): DiscoveredContainer {
  return {
    id: Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64),
    name,
    image: `${name}:1`,
    repositoryDigests: [],
    state: 'running',
    createdAt: '2026-01-01T10:00:00Z',
    startedAt: '2026-01-01T10:00:00Z',
    restartPolicy: 'no',
    removedAtEnd: false,
    readOnlyRoot: false,
    labels: {},
    user: '',
    capabilities: { privileged: false, added: [], dropped: [] },
    mounts: [],
    imageVolumes: [],
    builder: false,
    layer: { seen: 'in-place', survey: survey() },
    ...more,
  };
}

/** The service of an image, as discovery recognises it. */
export function service(repository: string, more: Partial<ServiceFacts> = {}) {
  const found = recogniseService({
    repositories: [repository],
    environment: new Map(),
    words: [],
    volumes: [],
    ...more,
  });
  return found === undefined ? {} : { service: found };
}

const mount = (
  kind: DiscoveredMount['kind'],
  source: string,
  destination: string,
  more: Partial<DiscoveredMount> = {},
): DiscoveredMount => ({ kind, source, destination, writable: true, declared: false, ...more });

export const mounts = {
  named: (source: string, destination: string, more: Partial<DiscoveredMount> = {}) =>
    mount('volume', source, destination, more),
  /** One that serves a VOLUME of the image; `letter` makes its name. */
  anonymous: (letter: string, destination: string, more: Partial<DiscoveredMount> = {}) =>
    mount('anonymous', letter.repeat(64), destination, { declared: true, ...more }),
  bind: (source: string, destination: string, more: Partial<DiscoveredMount> = {}) =>
    mount('bind', source, destination, more),
  tmpfs: (destination: string, contents?: TreeSurvey) =>
    mount('tmpfs', '', destination, contents === undefined ? {} : { contents }),
};

/** What there is besides the containers; volumes and binds that they mount are added by themselves, with a file in each. */
export interface Surroundings {
  readonly volumes?: Readonly<Record<string, Partial<DiscoveredVolume>>>;
  readonly binds?: Readonly<Record<string, Partial<DiscoveredBind>>>;
}

/** A discovery of these containers at noon of the day that they were started on. */
export function discovery(
  containers: readonly DiscoveredContainer[],
  { volumes = {}, binds = {} }: Surroundings = {},
): Discovery {
  const all = containers.flatMap(({ id, mounts: list }) => list.map((one) => ({ ...one, container: id })));
  const usersOf = (source: string) =>
    all
      .filter((one) => one.source === source)
      .map(({ container: id, destination, writable }) => ({ container: id, destination, writable }));
  const sources = (kinds: readonly string[], named: object) => [
    ...new Set([...Object.keys(named), ...all.filter(({ kind }) => kinds.includes(kind)).map(({ source }) => source)]),
  ];
  return {
    at: '2026-01-01T12:00:00.000Z',
    engine: {
      key: 'ENGINE',
      address: 'unix:///engine.sock',
      product: 'docker',
      version: '28',
      rootless: false,
      readable: true,
      ids: { users: [], groups: [] },
    },
    containers,
    volumes: sources(['volume', 'anonymous'], volumes).map((name) => ({
      name,
      anonymous: /^[0-9a-f]{64}$/.test(name),
      driver: 'local',
      mountpoint: `/engine/volumes/${name}/_data`,
      labels: {},
      contents: survey({ '': 1 }),
      users: usersOf(name),
      outside: [],
      ...volumes[name],
    })),
    binds: sources(['bind'], binds).map((path) => ({
      path,
      contents: survey({ '': 1 }),
      users: usersOf(path),
      outside: [],
      ...binds[path],
    })),
    stacks: [],
    stores: [],
    coverage: [],
    problems: [],
  };
}
