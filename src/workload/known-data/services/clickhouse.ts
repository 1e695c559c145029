import type { KnownService } from '#workload/known-data/known-service.ts';

export const clickhouse: KnownService = {
  id: 'clickhouse',
  title: 'ClickHouse',
  images: ['clickhouse', 'clickhouse-server'],
  servers: ['clickhouse-server', 'clickhouse'],
  directories: [{ path: '/var/lib/clickhouse' }],
  clients: ['clickhouse-client', 'clickhouse-local'],
  scratch: ['/var/log/clickhouse-server'],
  keeps: 'always',
};
