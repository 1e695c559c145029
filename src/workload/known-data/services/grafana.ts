import type { KnownService } from '#workload/known-data/known-service.ts';

/** Its images declare no VOLUME. With a database elsewhere the directory holds plugins only. */
export const grafana: KnownService = {
  id: 'grafana',
  title: 'Grafana',
  images: ['grafana', 'grafana-oss', 'grafana-enterprise'],
  servers: ['grafana', 'grafana-server'],
  directories: [{ path: '/var/lib/grafana', variable: 'GF_PATHS_DATA' }],
  marks: ['GF_PATHS_DATA'],
  clients: ['grafana-cli'],
  keeps: 'optional',
  sqlite: true,
};
