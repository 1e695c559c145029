import type { KnownService } from '#workload/known-data/known-service.ts';

export const mariadb: KnownService = {
  id: 'mariadb',
  title: 'MariaDB',
  images: ['mariadb'],
  marks: ['MARIADB_VERSION'],
  versions: ['MARIADB_VERSION'],
  servers: ['mariadbd', 'mysqld', 'mariadbd-safe', 'mysqld_safe'],
  clients: ['mariadb', 'mysql', 'mariadb-dump', 'mysqldump', 'mariadb-admin', 'mysqladmin', 'mariadb-backup'],
  directories: [{ path: '/var/lib/mysql', options: ['--datadir'] }],
  keeps: 'always',
};
