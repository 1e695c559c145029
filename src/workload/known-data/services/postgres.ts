import type { KnownService } from '#workload/known-data/known-service.ts';

/** Version 18 moved the VOLUME one level up and PGDATA below it, `/var/lib/postgresql/18/docker`. */
export const postgres: KnownService = {
  id: 'postgres',
  title: 'PostgreSQL',
  images: ['postgres', 'postgresql', 'postgis', 'pgvector', 'timescaledb', 'timescaledb-ha'],
  marks: ['PGDATA'],
  versions: ['PG_MAJOR', 'PG_VERSION'],
  servers: ['postgres', 'postmaster'],
  clients: [
    'psql',
    'pg_dump',
    'pg_dumpall',
    'pg_restore',
    'pg_basebackup',
    'pg_isready',
    'pgbench',
    'createdb',
    'dropdb',
    'vacuumdb',
  ],
  directories: [
    { path: '/var/lib/postgresql/data', before: 18, variable: 'PGDATA', options: ['-D'] },
    { path: '/var/lib/postgresql', from: 18, variable: 'PGDATA', options: ['-D'] },
  ],
  keeps: 'always',
};
