import { isWithin, plainPath } from '#core/container-path.ts';
import { type RecognisedService, recogniseService } from '#workload/known-data/recognise.ts';
import type { Container, Mount } from '#workload/model/container.ts';
import { referenceOf } from '#workload/rules/images.ts';

/** The known service that a container runs as a server; undefined for tools of one, and for all others. */
export function dataService(container: Container): RecognisedService | undefined {
  const found = referenceOf(container);
  if (found === undefined || container.role !== 'main') return undefined;
  const environment = new Map(container.environment.map(({ name, value }) => [name, value ?? '']));
  const { repository, tag } = found.reference;
  const service = recogniseService({
    repositories: [repository],
    ...(tag === undefined ? {} : { tag }),
    environment,
    words: container.words,
    volumes: [],
  });
  return service === undefined || service.role !== 'server' ? undefined : service;
}

const DATABASES: ReadonlySet<string> = new Set([
  'cassandra',
  'clickhouse',
  'couchdb',
  'elasticsearch',
  'etcd',
  'influxdb',
  'kafka',
  'mariadb',
  'mongo',
  'mysql',
  'neo4j',
  'opensearch',
  'postgres',
  'rabbitmq',
  'redis',
  'valkey',
  'zookeeper',
]);

/** Whether a container runs a database: what others should reach only through a service. */
export function isDatabase(container: Container): boolean {
  const service = dataService(container);
  return service !== undefined && DATABASES.has(service.id);
}

/** The mount that a directory lies on; `unknown` where a mount's place only shows when it is deployed. */
export function mountOver(container: Container, directory: string): Mount | 'unknown' | undefined {
  const over = container.mounts
    .filter(({ target }) => target !== undefined && isWithin(directory, plainPath(target)))
    .sort((a, b) => plainPath(b.target ?? '').length - plainPath(a.target ?? '').length)[0];
  if (over !== undefined) return over;
  return container.mounts.some(({ target }) => target === undefined) ? 'unknown' : undefined;
}
