import type { KnownService } from '#workload/known-data/known-service.ts';

/** Its images declare no VOLUME. */
export const elasticsearch: KnownService = {
  id: 'elasticsearch',
  title: 'Elasticsearch',
  images: ['elasticsearch', 'elasticsearch-oss'],
  servers: ['elasticsearch', 'eswrapper'],
  directories: [{ path: '/usr/share/elasticsearch/data' }],
  keeps: 'always',
};
