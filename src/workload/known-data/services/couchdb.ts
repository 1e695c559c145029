import type { KnownService } from '#workload/known-data/known-service.ts';

export const couchdb: KnownService = {
  id: 'couchdb',
  title: 'CouchDB',
  images: ['couchdb'],
  servers: ['couchdb'],
  directories: [{ path: '/opt/couchdb/data' }],
  marks: ['COUCHDB_VERSION'],
  versions: ['COUCHDB_VERSION'],
  keeps: 'always',
};
