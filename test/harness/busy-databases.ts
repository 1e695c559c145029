import type { Engine } from './engine.ts';

/*
 * Four databases that keep their data in one volume, each under load, and each with a sum that every transaction leaves as it
 * is: a copy that mixes two moments has another one, or does not start at all. Writers start few processes: runc cannot freeze
 * (cgroup v1) what forks all the time.
 */
/** Writes to `wal.db` and `delete.db` in /data without an end; the sum of `t.n` is 0 after every transaction. */
export const SQLITE = `
for mode in wal delete; do
  sqlite3 /data/$mode.db "PRAGMA journal_mode=$mode; CREATE TABLE IF NOT EXISTS t (n INTEGER, pad TEXT)" >/dev/null
  (while :; do
    echo 'BEGIN; INSERT INTO t SELECT 1, hex(randomblob(400)) FROM (VALUES(1),(2),(3));'
    echo 'INSERT INTO t SELECT -1, hex(randomblob(400)) FROM (VALUES(1),(2),(3));'
    echo 'DELETE FROM t WHERE rowid <= (SELECT max(rowid) FROM t) - 60000; COMMIT;'
  done | sqlite3 -cmd '.timeout 60000' /data/$mode.db) &
done
wait`;

const POSTGRES = `
[ -s /data/pg/PG_VERSION ] || { mkdir -p /data/pg; chown 70:70 /data/pg; chroot --userspec=70:70 / initdb -D /data/pg -U postgres -A trust >/dev/null; }
chroot --userspec=70:70 / sh -euc '
  until psql -X -h /run/postgresql -U postgres -c "SELECT 1" >/dev/null 2>&1; do sleep 0.2; done
  psql -X -h /run/postgresql -U postgres -Atc "SELECT 1 FROM pgbench_branches" >/dev/null 2>&1 ||
    pgbench -q -i -s 2 -h /run/postgresql -U postgres postgres >/dev/null 2>&1
  while :; do pgbench -n -c 2 -T 1000 -R 300 -h /run/postgresql -U postgres postgres >/dev/null 2>&1; sleep 0.2; done' &
exec chroot --userspec=70:70 / postgres -D /data/pg -c listen_addresses= -c unix_socket_directories=/run/postgresql`;

const MARIA = `
[ -d /data/maria/mysql ] || mariadb-install-db --user=root --datadir=/data/maria >/dev/null 2>&1
sh -euc '
  ask() { mariadb --user=root --execute "$1"; }
  until ask "SELECT 1" >/dev/null 2>&1; do sleep 0.2; done
  ask "CREATE DATABASE IF NOT EXISTS shop; CREATE TABLE IF NOT EXISTS shop.t (id INT PRIMARY KEY, n BIGINT) ENGINE=InnoDB;
    USE shop; INSERT IGNORE INTO t SELECT seq, 0 FROM seq_1_to_2000"
  while :; do
    (echo "USE shop;"; while :; do
      echo "SET @a = FLOOR(1 + RAND() * 2000), @b = FLOOR(1 + RAND() * 2000);"
      echo "BEGIN; UPDATE t SET n = n - 1 WHERE id = @a; UPDATE t SET n = n + 1 WHERE id = @b; COMMIT;"
    done) | mariadb --user=root || sleep 0.2
  done' &
exec mariadbd --user=root --datadir=/data/maria --skip-networking --socket=/run/mysqld/mysqld.sock --innodb-buffer-pool-size=32M`;

const REDIS = `
mkdir -p /data/redis
sh -euc '
  until redis-cli ping >/dev/null 2>&1; do sleep 0.2; done
  while :; do (for i in $(seq 200); do echo MULTI; echo INCR up; echo DECR down; echo EXEC; done; sleep 0.1) | redis-cli >/dev/null || sleep 0.2; done' &
exec redis-server --dir /data/redis --appendonly yes --save ""`;

/** Says `NAME ok` of each database below /data, and starts it for that; of dumps below /data/.dumps the same. */
const CHECK = `
export PGUSER=postgres PGHOST=/run/postgresql
fail() { echo "$1 BAD: $2"; }
for mode in wal delete; do
  said=$(sqlite3 /data/$mode.db 'PRAGMA integrity_check; SELECT sum(n), count(*) > 100 FROM t' 2>&1 | tr '\\n' ' ')
  [ "$said" = 'ok 0|1 ' ] && echo "sqlite-$mode ok" || fail sqlite-$mode "$said"
done
pgsum() {
  psql -X -Atc 'SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(bbalance) FROM pgbench_branches)
    AND (SELECT sum(tbalance) FROM pgbench_tellers) = (SELECT sum(bbalance) FROM pgbench_branches)
    AND (SELECT sum(delta) FROM pgbench_history) = (SELECT sum(bbalance) FROM pgbench_branches)
    AND (SELECT count(*) FROM pgbench_accounts) = 200000' "$1" 2>&1
}
chown -R 70:70 /data/pg; chmod 700 /data/pg
rm -f /data/pg/postmaster.pid
if chroot --userspec=70:70 / pg_ctl -D /data/pg -w -t 60 -l /run/postgresql/log -o '-c listen_addresses= -c unix_socket_directories=/run/postgresql -c fsync=off' start >/dev/null 2>&1; then
  said=$(pgsum postgres); [ "$said" = t ] && echo 'postgres ok' || fail postgres "$said"
else fail postgres "$(tail -n 3 /run/postgresql/log | tr '\\n' ' ')"; fi
if [ -e /data/.dumps/postgres.dump ]; then
  if [ ! -e /data/pg/postmaster.pid ]; then fail postgres-dump 'no server'; else
  psql -X -qc 'CREATE DATABASE again' postgres; said=$(pg_restore -e -d again /data/.dumps/postgres.dump 2>&1 && pgsum again)
  [ "$said" = t ] && echo 'postgres-dump ok' || fail postgres-dump "$said"; fi
fi
mariadbd --user=root --datadir=/data/maria --skip-networking --socket=/run/mysqld/mysqld.sock >/run/maria.log 2>&1 &
tries=0; until mariadb --user=root -e 'SELECT 1' >/dev/null 2>&1; do tries=$((tries + 1)); [ $tries -lt 150 ] || break; sleep 0.2; done
mysum() { mariadb --user=root -Ne 'SELECT sum(n) = 0 AND count(*) = 2000 AND sum(abs(n)) > 0 FROM shop.t' 2>&1; }
said=$(mysum); [ "$said" = 1 ] && echo 'mariadb ok' || fail mariadb "$said $(tail -n 2 /run/maria.log | tr '\\n' ' ')"
if [ -e /data/.dumps/all-databases.sql ]; then
  said=$(mariadb --user=root -e 'DROP DATABASE shop' 2>&1 && mariadb --user=root </data/.dumps/all-databases.sql 2>&1 && mysum)
  [ "$said" = 1 ] && echo 'mariadb-dump ok' || fail mariadb-dump "$said"
fi
rdsum() { # directory, arguments
  redis-server --dir "$@" --port 0 --unixsocket /run/redis.sock --daemonize yes --logfile /run/redis.log >/dev/null 2>&1
  tries=0; until redis-cli -s /run/redis.sock ping 2>/dev/null | grep -q PONG; do tries=$((tries + 1)); [ $tries -lt 50 ] || break; sleep 0.2; done
  up=$(redis-cli -s /run/redis.sock get up 2>&1); down=$(redis-cli -s /run/redis.sock get down 2>&1)
  redis-cli -s /run/redis.sock shutdown nosave >/dev/null 2>&1
  [ "\${up:-0}" -gt 0 ] 2>/dev/null && [ "-$up" = "$down" ] && echo ok || echo "$up and $down, $(tail -n 1 /run/redis.log)"
}
said=$(rdsum /data/redis --appendonly yes); [ "$said" = ok ] && echo 'redis ok' || fail redis "$said"
if [ -e /data/.dumps/dump.rdb ]; then
  mkdir -p /data/.again; cp /data/.dumps/dump.rdb /data/.again/dump.rdb
  said=$(rdsum /data/.again --appendonly no); [ "$said" = ok ] && echo 'redis-dump ok' || fail redis-dump "$said"
fi`;

const WRITERS: readonly (readonly [name: string, image: string, script: string, ...options: readonly string[]])[] = [
  // Its shell takes no notice of a request to end.
  ['lite', 'databases', SQLITE, '--stop-timeout', '1'],
  ['pg', 'postgres:15', POSTGRES, '--stop-signal', 'SIGINT'],
  ['maria', 'mariadb:10', MARIA],
  ['redis', 'redis:7', REDIS],
];

/** Starts all four on the volume, with the same labels; those that ran before are replaced. The image is `databases`. */
export async function startBusyDatabases(
  engine: Engine,
  volume: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, image, script, ...options] of WRITERS) {
    if (image !== 'databases') await engine.docker('tag', 'databases', image);
    await engine.docker('stop', '--time', '30', name).catch(() => '');
    await engine.docker('rm', '--force', name).catch(() => '');
    const said = Object.entries(labels).flatMap(([label, value]) => ['--label', `holdfast.volume.${label}=${value}`]);
    const where = ['--network', 'none', '--volume', `${volume}:/data`, '--tmpfs', '/run/mysqld'];
    await engine.docker('run', '--detach', '--name', name, ...where, ...said, ...options, image, 'sh', '-euc', script);
  }
}

/** Lines `NAME ok` and `NAME BAD: why` for the databases and dumps of a restored volume. */
export async function checkDatabases(engine: Engine, volume: string): Promise<readonly string[]> {
  const run = ['run', '--rm', '--network', 'none', '--volume', `${volume}:/data`, '--tmpfs', '/run/mysqld'];
  const said = await engine.docker(...run, 'databases', 'sh', '-uc', CHECK);
  return said.split('\n').filter((line) => line !== '');
}
