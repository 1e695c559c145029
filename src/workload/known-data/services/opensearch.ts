import type { KnownService } from '#workload/known-data/known-service.ts';

/** Its images declare no VOLUME. */
export const opensearch: KnownService = {
  id: 'opensearch',
  title: 'OpenSearch',
  images: ['opensearch'],
  servers: ['opensearch', 'opensearch-docker-entrypoint.sh'],
  directories: [{ path: '/usr/share/opensearch/data' }],
  keeps: 'always',
};
