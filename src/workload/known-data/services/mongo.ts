import type { KnownService } from '#workload/known-data/known-service.ts';

/** `/data/configdb` is written by config servers only; its anonymous volume is there beside every well-kept database. */
export const mongo: KnownService = {
  id: 'mongo',
  title: 'MongoDB',
  images: ['mongo', 'mongodb', 'mongodb-community-server', 'percona-server-mongodb'],
  marks: ['MONGO_MAJOR'],
  versions: ['MONGO_MAJOR', 'MONGO_VERSION'],
  servers: ['mongod'],
  clients: ['mongo', 'mongosh', 'mongodump', 'mongorestore', 'mongoexport', 'mongoimport', 'mongos', 'mongostat'],
  directories: [{ path: '/data/db', options: ['--dbpath'] }],
  scratch: ['/data/configdb'],
  keeps: 'always',
};
