import type { ServiceProbe } from '#volume/drill/service-probe.ts';
import { CONNECT } from '#volume/dump/services/mysql.ts';

const MOST_TABLES = 200;
const MOST_ROWS = 100_000;
const OWN = "('mysql', 'sys', 'performance_schema', 'information_schema')";

/** Writes one query a table; names are quoted by doubling their backticks and quotes. Tables in memory are empty after a start. */
const COUNT = [
  "SELECT CONCAT('SELECT CONCAT(''table ', REPLACE(REPLACE(CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), '\\\\', '\\\\\\\\'), '''', ''''''), ' rows '', COUNT(*))",
  "FROM (SELECT 1 FROM `', REPLACE(TABLE_SCHEMA, '`', '``'), '`.`', REPLACE(TABLE_NAME, '`', '``'), '`",
  `LIMIT ${MOST_ROWS}) AS first_rows;') FROM information_schema.TABLES`,
  `WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'MEMORY' AND TABLE_SCHEMA NOT IN ${OWN}`,
  `ORDER BY BINARY TABLE_SCHEMA, BINARY TABLE_NAME LIMIT ${MOST_TABLES}`,
].join(' ');
const TABLES = `SELECT CONCAT('tables ', COUNT(*)) FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ${OWN}`;

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const CLIENT = `${CONNECT}
if command -v mariadb >/dev/null 2>&1; then client=mariadb; else client=mysql; fi`;
const ASK = '"$client" --user=root --skip-column-names --batch --raw';

/** Rows of every table. */
export const mysql: ServiceProbe = {
  id: 'mysql',
  title: 'MySQL and MariaDB',
  services: ['mysql', 'mariadb'],
  ready: `${CLIENT}
[ "$(${ASK} --execute='SELECT 1')" = 1 ]`,
  value: `${CLIENT}
${ASK} --execute=${quoted(TABLES)}
queries=$(${ASK} --execute=${quoted(COUNT)})
printf '%s\\n' "$queries" | ${ASK}`,
};
