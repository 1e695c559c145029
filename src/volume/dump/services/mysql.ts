import type { DumpHook, DumpLoad, DumpPart } from '#volume/dump/dump-hook.ts';
import { quoted, secretFrom } from '#volume/dump/shell.ts';

/** Lines of shell: root, over the local socket; with no password known, the socket itself may do. The variable keeps it off the command line. */
const CONNECT = `
${secretFrom('MYSQL_PWD', ['MARIADB_ROOT_PASSWORD', 'MYSQL_ROOT_PASSWORD'])}
if [ -n "\${MYSQL_PWD:-}" ]; then export MYSQL_PWD; else unset MYSQL_PWD; fi`;

/** Lines of shell: `$client` is what asks. */
export const CLIENT = `${CONNECT}
if command -v mariadb >/dev/null 2>&1; then client=mariadb; else client=mysql; fi`;
export const ASK = '"$client" --user=root --skip-column-names --batch --raw';

/** Databases of the server's own, as a list of SQL. */
export const OWN_DATABASES = "('mysql', 'sys', 'performance_schema', 'information_schema')";

/** Lines of shell that end with 0 once the server answers. */
export const READY = `${CLIENT}
[ "$(${ASK} --execute='SELECT 1')" = 1 ]`;

const DUMP = `${CONNECT}
if command -v mariadb-dump >/dev/null 2>&1; then dump=mariadb-dump; else dump=mysqldump; fi`;

const part: DumpPart = {
  name: 'mysql/all-databases.sql',
  script: `${DUMP}
exec "$dump" --user=root --all-databases --single-transaction --quick --routines --events --triggers --hex-blob`,
  args: [],
  check: { trailer: '-- Dump completed' },
};

const DROPS = `SELECT CONCAT('DROP DATABASE \`', REPLACE(SCHEMA_NAME, '\`', '\`\`'), '\`;') FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ${OWN_DATABASES}`;

/**
 * Events that come back must not run, a dump may set what was executed of a log that has begun, and its longest row is not
 * known: what of this the server does not let itself be told, it does not need. Users and passwords come back with the
 * tables of the server's own, and count from the flush on.
 */
const load: DumpLoad = {
  ready: READY,
  before: `${CLIENT}
for order in 'SET GLOBAL event_scheduler = OFF' 'RESET MASTER' 'RESET BINARY LOGS AND GTIDS' 'SET GLOBAL max_allowed_packet = 1073741824'; do
  ${ASK} --execute="$order" 2>/dev/null || :
done
drops=$(${ASK} --execute=${quoted(DROPS)})
printf '%s\\n' "$drops" | ${ASK}`,
  parts: [
    {
      name: /^all-databases\.sql$/,
      script: `${CLIENT}\n${ASK} --max-allowed-packet=1073741824 <"$1"`,
    },
  ],
  after: `${CLIENT}\n${ASK} --execute='FLUSH PRIVILEGES'`,
};

/** One transaction over all InnoDB tables; tables of other engines may change while they are read. */
export const mysql: DumpHook = {
  id: 'mysql',
  title: 'MySQL and MariaDB',
  services: ['mysql', 'mariadb'],
  parts: () => [part],
  load,
};
