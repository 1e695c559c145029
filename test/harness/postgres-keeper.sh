#!/bin/sh
# Keeps one private PostgreSQL server: postgres-keeper.sh BIN DIRECTORY USER [PORT]
#
# The server lives until standard input ends, so it goes even when the test process is killed. BIN holds initdb and
# postgres; USER runs them when we are root, which the server refuses to be. A line `restart` on standard input stops
# the server as a crash would (SIGQUIT) and starts it again. Only processes started here are killed, by pid.
set -u
bin=$1
dir=$2
user=$3
port=${4:-}

as_user() {
  if [ "$(id -u)" = 0 ]; then exec setpriv --reuid "$user" --regid "$user" --init-groups "$@"; else exec "$@"; fi
}

listen=
test -z "$port" || listen=127.0.0.1

(
  cd "$dir" || exit 1
  as_user "$bin/initdb" --pgdata "$dir/data" --username holdfast_admin --auth-local scram-sha-256 \
    --auth-host scram-sha-256 --pwfile "$dir/password" --encoding UTF8 --no-locale --no-sync
) >"$dir/log" 2>&1 || exit 1

start() {
  (
    cd "$dir" || exit 1
    as_user "$bin/postgres" -D "$dir/data" -k "$dir" -c "listen_addresses=$listen" -c "port=${port:-5432}" \
      -c fsync=on -c log_min_messages=warning
  ) >>"$dir/log" 2>&1 </dev/null &
  server=$!
}

# One that has ended stays a zombie until it is waited for.
alive() { [ -d "/proc/$1" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

# stop SIGNAL: the server ends its own children.
stop() {
  kill "-$1" "$server" 2>/dev/null
  tries=0
  while alive "$server" && [ "$tries" -lt 200 ]; do
    tries=$((tries + 1))
    sleep 0.05
  done
  kill -KILL "$server" 2>/dev/null
  wait "$server" 2>/dev/null
}

start
while read -r word; do
  if [ "$word" = restart ]; then
    stop QUIT
    start
    echo restarted
  fi
done
stop INT
rm -rf --one-file-system "$dir"
