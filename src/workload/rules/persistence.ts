import type { Container } from '#workload/model/container.ts';
import { valueIn } from '#workload/model/setting.ts';
import type { Deployment, Workload } from '#workload/model/workload.ts';
import { type Found, inServers, namespaceOf, neighbours, nist, type RunRule, soc, who } from '#workload/rule.ts';
import { dataService, mountOver } from '#workload/rules/data-service.ts';
import { nameOf } from '#workload/rules/names.ts';

const service = (lines: string) => `services:\n  db:\n    image: postgres:16\n${lines}`;
const GOOD = service('    volumes: [data:/var/lib/postgresql/data]\nvolumes: {data: {}}\n');

/** Looks at each directory that a container's server keeps data in. */
function inDirectories(
  workload: Workload,
  judge: (
    place: {
      readonly container: Container;
      readonly title: string;
      readonly directory: string;
      readonly always: boolean;
    },
    mount: Exclude<ReturnType<typeof mountOver>, 'unknown'>,
  ) => Found | undefined,
): readonly Found[] {
  return inServers(workload, (container) => {
    const service = dataService(container);
    if (service === undefined || service.keeps === 'nothing') return undefined;
    return service.directories.flatMap((directory) => {
      const mount = mountOver(container, directory);
      if (mount === 'unknown') return [];
      const always = service.keeps === 'always';
      return judge({ container, title: service.title, directory, always }, mount) ?? [];
    });
  });
}

export const dataNotKept: RunRule = {
  id: 'run/data-not-kept',
  title: 'what keeps data has a volume under it',
  severity: 'high',
  why: 'Without one, the data lies in the container, or in a volume that nobody can name: the next deployment starts empty.',
  elsewhere: [nist('4.4.3'), soc('A1.2')],
  bad: service(''),
  good: GOOD,
  workload: (workload) =>
    inDirectories(workload, ({ container, title, directory, always }, mount) =>
      mount === undefined
        ? {
            at: [container.at],
            sentence: `${title} in container ${container.name} keeps its data in ${directory}, and no volume is there.`,
            fix: `Mount ${nameOf('volume', workload)} at ${directory}.`,
            severity: always ? 'high' : 'medium',
          }
        : undefined,
    ),
};

export const dataInMemory: RunRule = {
  id: 'run/data-in-memory',
  title: 'data lies on nothing that ends with its container',
  severity: 'high',
  why: 'A tmpfs ends with the container and an emptyDir with the pod: the next restart starts empty.',
  elsewhere: [nist('4.4.3'), soc('A1.2')],
  bad: service('    tmpfs: [/var/lib/postgresql/data]\n'),
  good: GOOD,
  workload: (workload) =>
    inDirectories(workload, ({ container, title, directory, always }, mount) =>
      mount?.kind === 'memory' || mount?.kind === 'scratch'
        ? {
            at: [mount.at],
            sentence: `${title} in container ${container.name} keeps its data in ${directory}, which ends with ${
              mount.kind === 'memory' ? 'the container' : 'what it runs in'
            }.`,
            fix: `Mount ${nameOf('volume', workload)} at ${directory}.`,
            severity: always ? 'high' : 'medium',
          }
        : undefined,
    ),
};

export const anonymousVolume: RunRule = {
  id: 'run/anonymous-volume',
  title: 'volumes have names',
  severity: 'medium',
  why: 'Nobody finds a volume without a name again, and removing the container with its volumes removes it too.',
  elsewhere: [nist('4.4.3'), soc('A1.2')],
  bad: service('    volumes: [/var/lib/postgresql/data]\n'),
  good: GOOD,
  workload: (workload) =>
    inServers(workload, (container) =>
      container.mounts
        .filter(({ kind }) => kind === 'anonymous')
        .map(({ at, target }) => {
          const data = dataService(container)?.directories.some((directory) => {
            const mount = mountOver(container, directory);
            return mount !== 'unknown' && mount?.target === target;
          });
          return {
            at: [at],
            sentence: `${who(container)} has a volume without a name at ${target ?? 'a path'}${data ? ', where its data lies' : ''}.`,
            fix: `Name it: NAME:${target ?? '/path'}.`,
            severity: data ? ('high' as const) : ('medium' as const),
          };
        }),
    ),
};

interface Writer {
  readonly workload: Workload;
  readonly container: Container;
}

/** Who else may write to a store of the same name, in the same file. */
function writersOf(source: string, workload: Workload, all: Deployment): readonly Writer[] {
  const near =
    workload.dialect === 'kubernetes' ? all.byNamespace.get(namespaceOf(workload)) : neighbours(workload, all);
  return (near ?? [])
    .flatMap((other) => other.containers.map((container) => ({ workload: other, container })))
    .filter(({ container }) =>
      container.mounts.some(
        (mount) => mount.source === source && !mount.readOnly && (mount.kind === 'volume' || mount.kind === 'host'),
      ),
    );
}

export const twoWriters: RunRule = {
  id: 'run/two-writers',
  title: 'one process alone writes a database’s files',
  severity: 'high',
  why: 'Databases take their files for their own: two that write to the same ones destroy them.',
  elsewhere: [nist('4.4.3'), soc('A1.2')],
  bad: 'services:\n  db:\n    image: postgres:16\n    volumes: [data:/var/lib/postgresql/data]\n  job:\n    image: example/job:1\n    volumes: [data:/data]\nvolumes: {data: {}}\n',
  good: 'services:\n  db:\n    image: postgres:16\n    volumes: [data:/var/lib/postgresql/data]\n  job:\n    image: example/job:1\n    volumes: [data:/data:ro]\nvolumes: {data: {}}\n',
  workload: (workload, all) =>
    inDirectories(workload, ({ container, title, directory, always }, mount) => {
      const source = mount?.source;
      if (mount === undefined || source === undefined || mount.readOnly || !always) return undefined;
      if (mount.kind !== 'volume' && mount.kind !== 'host') return undefined;
      const others = workload.ownVolumes
        ? []
        : writersOf(source, workload, all).filter((other) => other.container !== container);
      const replicas = workload.ownVolumes ? 1 : (valueIn(workload.replicas) ?? 1);
      if (others.length === 0 && replicas < 2) return undefined;
      const names = others.slice(0, 5).map((other) => other.container.name);
      const who =
        names.length === 0
          ? `all ${replicas} replicas`
          : `${names.join(', ')}${others.length > 5 ? ' and others' : ''}`;
      return {
        at: [mount.at],
        sentence: `The data of ${title} in container ${container.name} (${directory}) lies on ${source.slice(0, 80)}, which ${who} can write to${names.length === 0 ? '' : ' as well'}.`,
        fix:
          names.length === 0 ? 'Run one, or give each its own volume.' : 'Mount it read-only elsewhere, or not at all.',
      };
    }),
};
