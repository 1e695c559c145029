import type { DumpHook, DumpPart } from '#volume/dump/dump-hook.ts';
import { secretFrom } from '#volume/dump/shell.ts';

/** Lines of shell: root, over the local socket; with no password known, the socket itself may do. The variable keeps it off the command line. */
export const CONNECT = `
${secretFrom('MYSQL_PWD', ['MARIADB_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD'])}
if [ -n "\${MYSQL_PWD:-}" ]; then export MYSQL_PWD; else unset MYSQL_PWD; fi`;

const DUMP = `${CONNECT}
if command -v mariadb-dump >/dev/null 2>&1; then dump=mariadb-dump; else dump=mysqldump; fi`;

const part: DumpPart = {
  name: 'mysql/all-databases.sql',
  script: `${DUMP}
exec "$dump" --user=root --all-databases --single-transaction --quick --routines --events --triggers --hex-blob`,
  args: [],
  check: { trailer: '-- Dump completed' },
};

/** One transaction over all InnoDB tables; tables of other engines may change while they are read. */
export const mysql: DumpHook = {
  id: 'mysql',
  title: 'MySQL and MariaDB',
  services: ['mysql', 'mariadb'],
  parts: () => [part],
};
