import { buildImage } from './build-image.ts';
import type { Engine } from './engine.ts';

/*
 * Images that set themselves up as the official ones do: where there is no data yet, an entrypoint's script makes some, with a
 * server for the time being that has users, databases and what the image's own scripts bring, stops that again, and then
 * becomes the server. Where they have a file `/tmp/lose`, their dump's program writes a dump that looks whole, and is not: of
 * PostgreSQL one without rows, of MariaDB one whose second half has gone but for its end.
 */

const POSTGRES = `#!/bin/sh
set -eu
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf '%s\\n' "$POSTGRES_PASSWORD" | initdb -D "$PGDATA" -U "$POSTGRES_USER" --auth=scram-sha-256 --pwfile=/dev/stdin >/dev/null
  pg_ctl -D "$PGDATA" -w -o '-c listen_addresses= -c fsync=off -c unix_socket_directories=/run/postgresql' start >/dev/null
  export PGPASSWORD="$POSTGRES_PASSWORD"
  psql -q -h /run/postgresql -U "$POSTGRES_USER" -d postgres -c 'CREATE DATABASE shop' -c 'CREATE TABLE setting AS SELECT 1 AS n'
  # Long enough that whoever waits for an answer gets one of this server.
  sleep 1
  pg_ctl -D "$PGDATA" -m fast -w stop >/dev/null
fi
exec postgres -D "$PGDATA" -c listen_addresses= -c fsync=off -c unix_socket_directories=/run/postgresql
`;

const MARIADB = `#!/bin/sh
set -eu
if [ ! -d /data/db/mysql ]; then
  mariadb-install-db --user=root --datadir=/data/db >/dev/null 2>&1
  printf "ALTER USER root@localhost IDENTIFIED BY '%s';\\n" "$MARIADB_ROOT_PASSWORD" >/tmp/set-up.sql
  printf 'CREATE DATABASE sample;\\nCREATE TABLE sample.t (n INT);\\n' >>/tmp/set-up.sql
  exec mariadbd --user=root --datadir=/data/db --skip-networking --init-file=/tmp/set-up.sql
fi
exec mariadbd --user=root --datadir=/data/db --skip-networking
`;

const PG_DUMP = `#!/bin/sh
PATH=\${PATH#*:}
if [ -e /tmp/lose ]; then set -- --schema-only "$@"; fi
exec pg_dump "$@"
`;
const MARIADB_DUMP = `#!/bin/sh
set -eu
PATH=\${PATH#*:}
[ -e /tmp/lose ] || exec mariadb-dump "$@"
mariadb-dump "$@" >/tmp/dump
head -c "$(($(wc -c </tmp/dump) / 2))" /tmp/dump
echo
tail -n 1 /tmp/dump
`;

/** Builds `postgres:15`, `mariadb:10` and `redis:7` on the image `databases`. Their data is at `/data`, or below it. */
export async function buildServerImages(engine: Engine): Promise<void> {
  const image = (tag: string, lines: readonly string[], files: Readonly<Record<string, string>>) =>
    buildImage(engine, tag, ['FROM databases', 'ENV PATH=/own:$PATH', ...lines, 'VOLUME /data'], files);
  const scripts = ['COPY docker-entrypoint.sh /usr/bin/', 'COPY *dump /own/'];
  const run = 'RUN chmod 755 /usr/bin/docker-entrypoint.sh /own /own/*';
  await image('postgres:15', [...scripts, run, 'USER 70', 'ENV PGDATA=/data/db', 'CMD ["docker-entrypoint.sh"]'], {
    'docker-entrypoint.sh': POSTGRES,
    pg_dump: PG_DUMP,
  });
  await image('mariadb:10', [...scripts, run, 'CMD ["docker-entrypoint.sh"]'], {
    'docker-entrypoint.sh': MARIADB,
    'mariadb-dump': MARIADB_DUMP,
  });
  await image('redis:7', ['CMD ["redis-server", "--dir", "/data", "--save", "", "--appendonly", "yes"]'], {});
}
