import type { KnownService } from '#workload/known-data/known-service.ts';

export const cassandra: KnownService = {
  id: 'cassandra',
  title: 'Apache Cassandra',
  images: ['cassandra'],
  servers: ['cassandra'],
  directories: [{ path: '/var/lib/cassandra' }],
  marks: ['CASSANDRA_VERSION'],
  versions: ['CASSANDRA_VERSION'],
  clients: ['cqlsh', 'nodetool'],
  keeps: 'always',
};
