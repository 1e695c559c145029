import type { ExternalStore } from '#volume/discover/discovery.ts';
import { plainHost, type StoreAddress, storeAddresses } from '#volume/discover/stores/address.ts';
import { connectionString } from '#volume/discover/stores/connection-string.ts';

/** Variables whose value is a host and nothing else, by how they end or what they are called. */
const HOST_VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/^(?:PGHOST(?:ADDR)?|(?:.*_)?(?:POSTGRES|POSTGRESQL|POSTGRESDB|PG)_?(?:HOST|SERVER|ADDR|HOSTNAME))$/i, 'postgres'],
  [/^(?:.*_)?(?:MYSQL|MYSQLDB|MARIADB|MARIADBDB)_?(?:HOST|SERVER|ADDR|HOSTNAME)$/i, 'mysql'],
  [/^(?:.*_)?(?:MONGO|MONGODB)_?(?:HOST|SERVER|ADDR|HOSTNAME)$/i, 'mongodb'],
  [/^(?:.*_)?(?:REDIS|VALKEY)_?(?:HOST|SERVER|ADDR|HOSTNAME)$/i, 'redis'],
  [/^(?:.*_)?(?:RABBITMQ|AMQP)_?(?:HOST|SERVER|ADDR|HOSTNAME)$/i, 'amqp'],
  [/^(?:.*_)?KAFKA_(?:BOOTSTRAP_SERVERS|BROKERS|HOST)$/i, 'kafka'],
  [/^(?:.*_)?(?:DB|DATABASE)_+(?:URL_)?(?:HOST|SERVER|ADDR|HOSTNAME)$/i, 'database'],
  [/^(?:.*_)?(?:S3|MINIO|AWS)_(?:ENDPOINT(?:_URL)?(?:_S3)?|HOST|REGIONENDPOINT)$/i, 's3'],
  [/^(?:.*_)?(?:ELASTICSEARCH|OPENSEARCH|ELASTIC)_(?:HOSTS?|URL|ENDPOINT)$/i, 'elasticsearch'],
];
/** Variables that name a bucket of an object store. */
const BUCKETS = /^(?:.*_)?(?:S3|AWS|AWS_STORAGE|MINIO)_BUCKET(?:_NAME)?$/i;
/** Itself, or inside its own network namespace: nothing is kept elsewhere. */
const HERE = /^(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[::1?\])$/i;
const STORES_LIMIT = 100;

/**
 * The stores that a container's environment and command line name: their kind, their host without credentials, and
 * where they are named. Values are never given back.
 */
export function storesOfContainer(
  container: string,
  environment: ReadonlyMap<string, string>,
  words: readonly string[],
): readonly ExternalStore[] {
  const stores: ExternalStore[] = [];
  for (const [where, value] of environment) {
    for (const address of addressesOf(where, value)) stores.push({ container, ...address, from: 'environment', where });
  }
  for (const address of words.flatMap(storeAddresses)) {
    stores.push({ container, ...address, from: 'command', where: 'command' });
  }
  const unique = new Map(stores.map((store) => [`${store.kind}\0${store.host ?? ''}\0${store.where}`, store]));
  return [...unique.values()].filter(({ host }) => host === undefined || !HERE.test(host)).slice(0, STORES_LIMIT);
}

function addressesOf(name: string, value: string): readonly StoreAddress[] {
  if (value === '' || !/^[A-Za-z_][A-Za-z0-9_.-]{0,200}$/.test(name)) return [];
  const addresses = storeAddresses(value);
  if (addresses.length > 0) return addresses;
  if (BUCKETS.test(name)) return [{ kind: 's3' }];
  const string = connectionString(value);
  if (string !== undefined) return [string];
  const kind = HOST_VARIABLES.find(([pattern]) => pattern.test(name))?.[1];
  // A path is a socket's, or that of the directory with it.
  if (kind === undefined || value.startsWith('/')) return [];
  // An address of the web, or a bare host; with an `@` in it, it may be a password.
  const web = /^https?:\/\/([^/?#@\s]{1,300})(?:[/?#][^@\s]*)?$/.exec(value);
  const host = plainHost((web?.[1] ?? value).split(',', 1)[0] ?? '');
  return host === undefined ? [{ kind }] : [{ kind, host }];
}
