import type { DumpFacts, DumpHook, DumpPart } from '#volume/dump/dump-hook.ts';
import { secretFrom } from '#volume/dump/shell.ts';

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
};
