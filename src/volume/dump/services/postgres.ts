import {
  type DumpFacts,
  type DumpHook,
  type DumpLoad,
  type DumpPart,
  LOAD_UNFIT_CODE,
} from '#volume/dump/dump-hook.ts';
import { quoted, secretFrom } from '#volume/dump/shell.ts';

/** From here on, a copy of the files is faster than writing all rows out. */
const BIG_BYTES = 50 * 1024 ** 3;

/** Lines of shell: libpq's own variables come first. The local socket is used, as the server's own tools do. */
export const CONNECT = `
PGUSER=\${PGUSER:-}
${secretFrom('PGUSER', ['POSTGRES_USER', 'POSTGRESQL_USERNAME', 'POSTGRESQL_USER'])}
PGUSER=\${PGUSER:-postgres}
${secretFrom('PGPASSWORD', ['POSTGRES_PASSWORD', 'POSTGRESQL_POSTGRES_PASSWORD', 'POSTGRESQL_PASSWORD'])}
export PGUSER PGPASSWORD
export PGAPPNAME=holdfast PGCONNECT_TIMEOUT=10`;

const globals: DumpPart = {
  name: 'postgres/globals.sql',
  script: `${CONNECT}\nexec pg_dumpall --globals-only --no-password`,
  args: [],
  check: { trailer: 'PostgreSQL database cluster dump complete' },
};

/** The custom format begins with its magic; its end is known by the exit code. */
function databasePart(name: string): DumpPart {
  return {
    name: `postgres/${encodeURIComponent(name).replaceAll('.', '%2E')}.dump`,
    // A name with = in it would be read as a list of settings; the variable is not.
    script: `${CONNECT}\nPGDATABASE=$1\nexport PGDATABASE\nexec pg_dump --format=custom --no-password`,
    args: [name],
    check: { heads: [Buffer.from('PGDMP')] },
  };
}

const base: DumpPart = {
  name: 'postgres/base.tar',
  // To standard output, the log is fetched at the end, and there may be no tablespaces elsewhere.
  script: `${CONNECT}\nexec pg_basebackup --pgdata=- --format=tar --wal-method=fetch --checkpoint=fast --no-password`,
  args: [],
  check: {},
};

/** The client, which ends at the first error. */
export const PSQL = 'psql -X -A -t -q -v ON_ERROR_STOP=1 --no-password';

/** Lines of shell that end with 0 once the server answers. */
export const READY = `${CONNECT}
export PGDATABASE=template1
[ "$(${PSQL} -c 'SELECT pg_catalog.pg_is_in_recovery() IS NOT NULL')" = t ]`;

/** A database of the drill's own, to be connected to while all others are dropped and made anew; also where settings say read-only. */
const ASIDE = `${CONNECT}
PGOPTIONS="\${PGOPTIONS:-} -c default_transaction_read_only=off -c client_min_messages=warning"
PGDATABASE=holdfast_drill
export PGOPTIONS PGDATABASE`;
const OTHERS = "datname NOT IN ('template0', 'holdfast_drill')";

/** Databases that others still use are not dropped: nobody may connect any more, and who is connected is sent away. */
const EMPTY = `UPDATE pg_catalog.pg_database SET datallowconn = false, datistemplate = false WHERE ${OTHERS};
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE ${OTHERS};
SELECT format('DROP DATABASE %I', datname) FROM pg_catalog.pg_database WHERE ${OTHERS} \\gexec`;

/** A template1 that lets nobody connect has no dump. Before version 11 dumps do not say that it is a template. */
const TEMPLATE = `SELECT 'CREATE DATABASE template1 TEMPLATE template0'
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'template1') \\gexec
UPDATE pg_catalog.pg_database SET datistemplate = true WHERE datname = 'template1';`;

/**
 * Each database is made by its dump. Of the globals, the statements that make roles which are there are left out, since the
 * server cannot be without its first one, and tablespaces, whose directories a drill has not.
 */
const load: DumpLoad = {
  ready: READY,
  before: `${ASIDE}
PGDATABASE=template1 ${PSQL} -c 'CREATE DATABASE holdfast_drill TEMPLATE template0'
printf '%s\\n' ${quoted(EMPTY)} | ${PSQL}`,
  parts: [
    {
      name: /^globals\.sql$/,
      script: `${ASIDE}
command -v grep
[ -r "$1" ]
roles=$(${PSQL} -c "SELECT format('CREATE ROLE %I;', rolname) FROM pg_catalog.pg_roles")
grep -v -x -F -e "$roles" "$1" |
grep -v -E '^(CREATE|ALTER|COMMENT ON|(GRANT|REVOKE) [A-Z, ]+ ON) TABLESPACE ' | ${PSQL}`,
    },
    {
      name: /^base\.tar$/,
      // The server takes no directory that is another user's; as whom it runs, the files tell.
      script: `mkdir -p "$2"
tar -xf "$1" -C "$2"
chmod 700 "$2"
[ "$(id -u)" != 0 ] || chown "$(stat -c %u:%g "$2/PG_VERSION")" "$2"`,
      places: true,
    },
    {
      name: /^[^/]+\.dump$/,
      script: `${ASIDE}
if pg_restore --list "$1" | grep -q ' EXTENSION - timescaledb'; then
  echo 'its extension timescaledb wants to be told before and after' >&2
  exit ${LOAD_UNFIT_CODE}
fi
exec pg_restore --create --exit-on-error --no-tablespaces --no-password --dbname=holdfast_drill "$1"`,
    },
  ],
  after: `${ASIDE}
printf '%s\\n' ${quoted(TEMPLATE)} | ${PSQL}
PGDATABASE=template1 ${PSQL} -c 'DROP DATABASE holdfast_drill'`,
};

function isBig({ sizeBytes = 0 }: DumpFacts): boolean {
  return sizeBytes > BIG_BYTES;
}

/** `pg_dump -Fc` of each database, and what belongs to all of them; for big ones `pg_basebackup`. Each database is consistent in itself. */
export const postgres: DumpHook = {
  id: 'postgres',
  title: 'PostgreSQL',
  services: ['postgres'],
  list: `${CONNECT}
export PGDATABASE=\${PGDATABASE:-template1}
exec psql -X -A -t -0 --no-password -c 'SELECT datname FROM pg_catalog.pg_database WHERE datallowconn ORDER BY datname'`,
  parts: (facts, names) => (isBig(facts) ? [base] : [globals, ...names.map(databasePart)]),
  load,
};
