import type { KnownService } from '#workload/known-data/known-service.ts';

export const mysql: KnownService = {
  id: 'mysql',
  title: 'MySQL',
  images: ['mysql', 'mysql-server', 'percona', 'percona-server'],
  marks: ['MYSQL_MAJOR'],
  versions: ['MYSQL_MAJOR', 'MYSQL_VERSION'],
  servers: ['mysqld', 'mysqld_safe'],
  clients: ['mysql', 'mysqldump', 'mysqladmin', 'mysqlsh', 'mysqlpump', 'mysqlcheck', 'mysqlimport'],
  directories: [{ path: '/var/lib/mysql', options: ['--datadir'] }],
  scratch: ['/var/lib/mysql-files'],
  keeps: 'always',
};
