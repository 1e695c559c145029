import type { ServiceProbe } from '#volume/drill/service-probe.ts';
import { ASK, CLIENT, OWN_DATABASES, READY } from '#volume/dump/services/mysql.ts';
import { quoted } from '#volume/dump/shell.ts';

const MOST_TABLES = 200;
const MOST_ROWS = 100_000;

/** Writes one query a table; names are quoted by doubling their backticks and quotes. Tables in memory are empty after a start. */
const COUNT = [
  "SELECT CONCAT('SELECT CONCAT(''table ', REPLACE(REPLACE(CONCAT(TABLE_SCHEMA, '.', TABLE_NAME), '\\\\', '\\\\\\\\'), '''', ''''''), ' rows '', COUNT(*))",
  "FROM (SELECT 1 FROM `', REPLACE(TABLE_SCHEMA, '`', '``'), '`.`', REPLACE(TABLE_NAME, '`', '``'), '`",
  `LIMIT ${MOST_ROWS}) AS first_rows;') FROM information_schema.TABLES`,
  `WHERE TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'MEMORY' AND TABLE_SCHEMA NOT IN ${OWN_DATABASES}`,
  `ORDER BY BINARY TABLE_SCHEMA, BINARY TABLE_NAME LIMIT ${MOST_TABLES}`,
].join(' ');
const TABLES = `SELECT CONCAT('tables ', COUNT(*)) FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ${OWN_DATABASES}`;

/** Rows of every table. */
export const mysql: ServiceProbe = {
  id: 'mysql',
  title: 'MySQL and MariaDB',
  services: ['mysql', 'mariadb'],
  ready: READY,
  value: `${CLIENT}
${ASK} --execute=${quoted(TABLES)}
queries=$(${ASK} --execute=${quoted(COUNT)})
printf '%s\\n' "$queries" | ${ASK}`,
};
