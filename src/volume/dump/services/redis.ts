import type { DumpHook, DumpLoad, DumpPart } from '#volume/dump/dump-hook.ts';
import { secretFrom } from '#volume/dump/shell.ts';

/** Lines of shell: `ask` sends a command, `field` gives one of what it tells of its persistence. */
export const CONNECT = `
${secretFrom('REDISCLI_AUTH', ['REDIS_PASSWORD', 'VALKEY_PASSWORD'])}
if [ -n "\${REDISCLI_AUTH:-}" ]; then export REDISCLI_AUTH; else unset REDISCLI_AUTH; fi
if command -v valkey-cli >/dev/null 2>&1; then cli=valkey-cli; else cli=redis-cli; fi
command -v "$cli" >/dev/null 2>&1 || { echo 'there is no redis-cli' >&2; exit 127; }
ask() { "$cli" "$@" | tr -d '\\r'; }
field() { ask INFO persistence | sed -n "s/^$1://p"; }`;

/** Lines of shell that end with 0 once the server answers: it does before its files are read. */
export const READY = `${CONNECT}
[ "$(ask PING)" = PONG ]
[ "$(field loading)" = 0 ]`;

/*
 * LASTSAVE has whole seconds, so a save is only begun when the one before is older. BGSAVE SCHEDULE waits for a rewrite of
 * the append-only file that is under way. The file is put in its place by a rename: what is opened is one whole save.
 */
const SCRIPT = `${CONNECT}
pause() { sleep 0.1 2>/dev/null || sleep 1; }
fail() { echo "$1" >&2; exit 1; }
quiet() {
  tries=0
  while :; do
    case $(field rdb_bgsave_in_progress) in
      0) break ;;
      1) ;;
      *) fail "no answer to INFO: $(ask PING 2>&1 | head -n 1)" ;;
    esac
    tries=$((tries + 1))
    [ "$tries" -lt 36000 ] || fail 'the save does not end'
    pause
  done
}
quiet
before=$(ask LASTSAVE)
case $before in ''|*[!0-9]*) fail "no answer to LASTSAVE: $before" ;; esac
tries=0
while [ "$(ask TIME | sed -n 1p)" -le "$before" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || fail 'the last save lies in the future'
  pause
done
said=$(ask BGSAVE SCHEDULE)
case $said in *[Bb]ackground*) ;; *) fail "BGSAVE: $said" ;; esac
tries=0
while [ "$(ask LASTSAVE)" = "$before" ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 36000 ] || fail 'the save does not end'
  # It failed, and none is under way any more.
  if [ "$tries" -gt 20 ] && [ "$(field rdb_bgsave_in_progress)" = 0 ]; then
    [ "$(field rdb_last_bgsave_status)" = ok ] || fail 'the save failed'
  fi
  pause
done
quiet
[ "$(field rdb_last_bgsave_status)" = ok ] || fail 'the save failed'
directory=$(ask CONFIG GET dir | sed -n 2p)
file=$(ask CONFIG GET dbfilename | sed -n 2p)
[ -n "$directory" ] && [ -n "$file" ] || fail 'CONFIG GET tells no file'
exec cat "$directory/$file"`;

const part: DumpPart = {
  name: 'redis/dump.rdb',
  script: SCRIPT,
  args: [],
  // Behind the end mark 0xff stand eight bytes of a checksum.
  check: { heads: [Buffer.from('REDIS'), Buffer.from('VALKEY')], lastByte: { value: 0xff, before: 8 } },
};

/**
 * The file is put where the server looks when it starts. With an append-only file it does not look at it: there, the dump
 * is the base of one (from version 7 on a directory with a list), or its head (before). Nothing may be saved over it.
 */
const load: DumpLoad = {
  ready: READY,
  parts: [
    {
      name: /^dump\.rdb$/,
      script: `${CONNECT}
setting() { ask CONFIG GET "$1" | sed -n 2p; }
directory=$(setting dir)
file=$(setting dbfilename)
[ -n "$directory" ] && [ -n "$file" ] || { echo 'CONFIG GET tells no file' >&2; exit 1; }
appends=$(setting appendonly)
[ "$(ask CONFIG SET save '')" = OK ]
[ "$(ask CONFIG SET appendonly no)" = OK ]
cat "$1" >"$directory/$file"
[ "$appends" = yes ] || exit 0
name=$(setting appendfilename)
below=$(setting appenddirname)
if [ -n "$below" ]; then
  rm -f "$directory/$below"/*
  cat "$1" >"$directory/$below/$name.1.base.rdb"
  echo "file $name.1.base.rdb seq 1 type b" >"$directory/$below/$name.manifest"
else
  cat "$1" >"$directory/$name"
fi`,
    },
  ],
  restarts: true,
};

/** `BGSAVE`, and the file that it wrote: all keys, as they were when it began. */
export const redis: DumpHook = {
  id: 'redis',
  title: 'Redis and Valkey',
  services: ['redis', 'valkey'],
  parts: () => [part],
  load,
};
