import type { ServiceProbe } from '#volume/drill/service-probe.ts';
import { CONNECT, PSQL, READY } from '#volume/dump/services/postgres.ts';
import { quoted } from '#volume/dump/shell.ts';

/** Both bounds keep a probe of a large server within seconds. */
const MOST_TABLES = 200;
const MOST_ROWS = 100_000;

/**
 * The first query writes the others, one a table, and `\gexec` runs them. All in one transaction, so that the numbers of a
 * database are of one moment.
 */
const COUNT = [
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;',
  "SET LOCAL statement_timeout = '20s';",
  "SELECT 'database ' || current_database() || ' tables ' || count(*) FROM pg_catalog.pg_class c",
  'JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace',
  "WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_';",
  "SELECT format('SELECT %L || count(*) FROM (SELECT 1 FROM ONLY %I.%I LIMIT",
  `${MOST_ROWS}) AS first_rows', format('table %I.%I.%I rows ', current_database(), n.nspname, c.relname), n.nspname, c.relname)`,
  'FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace',
  "WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'",
  `ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C" LIMIT ${MOST_TABLES} \\gexec`,
  'COMMIT;',
].join('\n');

/** Rows of every ordinary table of every database. Unlogged tables are empty after a crash by design, so they are left out. */
export const postgres: ServiceProbe = {
  id: 'postgres',
  title: 'PostgreSQL',
  services: ['postgres'],
  ready: READY,
  value: `${CONNECT}
export PGDATABASE=template1
names=$(${PSQL} -c "SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate AND datname !~ '[[:cntrl:]]' ORDER BY datname COLLATE \\"C\\" LIMIT 20")
printf '%s\\n' "$names" | while IFS= read -r PGDATABASE; do
  [ -n "$PGDATABASE" ] || continue
  export PGDATABASE
  printf '%s\\n' ${quoted(COUNT)} | ${PSQL}
done`,
};
