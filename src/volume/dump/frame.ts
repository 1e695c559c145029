/*
 * The engine goes on running a command whose reader has gone. So a guard waits for the end of the input, which comes however
 * this program ends, and then ends the command, from its leaves: a process that died of a signal after its parent would fall
 * to the container's first process, and PostgreSQL, where it is that one, would take itself for crashed and end all its
 * sessions. A leaf is stopped before it is looked at again, so that it cannot get a child meanwhile; one whose parent has
 * gone is left to end by itself. For the same reason each process is waited for. The engine makes the shell the leader of
 * its process group. Its own trap comes after the guard: one that has only just begun would still have it, and take no notice
 * when a quick script ends.
 */
const GUARD = `
read -r holdfast_self _ </proc/self/stat
while read -r _ <&3; do :; done
leaves() {
  holdfast_found= holdfast_parents=' '
  for holdfast_stat in /proc/[0-9]*/stat; do
    read -r holdfast_line <"$holdfast_stat" || continue
    set -- \${holdfast_line##*) }
    [ "$3" = "$$" ] || continue
    holdfast_pid=\${holdfast_stat#/proc/}
    holdfast_parents="$holdfast_parents$2 "
    case "$1$2" in [ZX]*|?1) ;; *) holdfast_found="$holdfast_found \${holdfast_pid%/stat}" ;; esac
  done
  holdfast_leaves=
  for holdfast_pid in $holdfast_found; do
    case $holdfast_pid in "$$"|"$holdfast_self") continue ;; esac
    case $holdfast_parents in *" $holdfast_pid "*) ;; *) holdfast_leaves="$holdfast_leaves $holdfast_pid" ;; esac
  done
}
holdfast_signal=TERM
holdfast_round=0
while [ "$holdfast_round" -lt 100 ]; do
  leaves
  holdfast_stopped=$holdfast_leaves
  for holdfast_pid in $holdfast_stopped; do kill -s STOP "$holdfast_pid"; done
  leaves
  for holdfast_pid in $holdfast_stopped; do
    case "$holdfast_leaves " in *" $holdfast_pid "*) kill -s "$holdfast_signal" "$holdfast_pid" ;; esac
    kill -s CONT "$holdfast_pid"
  done
  sleep 0.1 || sleep 1
  holdfast_round=$((holdfast_round + 1))
  [ "$holdfast_round" -lt 50 ] || holdfast_signal=KILL
done`;

const FRAME = `holdfast_end=$1
shift
exec 3<&0 </dev/null
(GUARD
) >/dev/null 2>&1 &
holdfast_guard=$!
trap : TERM
exec 3<&-
(
trap 'exit 143' TERM
set -eu
SCRIPT
)
holdfast_code=$?
kill "$holdfast_guard" 2>/dev/null
wait "$holdfast_guard" 2>/dev/null
[ "$holdfast_code" -ne 0 ] || printf '%s' "$holdfast_end"
exit "$holdfast_code"`;

/**
 * The text for `sh -c` that runs a script with `set -eu`, in a shell of its own. Its first argument is written behind what
 * the script wrote, if that went well; the others are the script's. With an input that ends, it ends.
 */
export function framed(script: string): string {
  return FRAME.replace('GUARD', () => GUARD).replace('SCRIPT', () => script);
}
