/**
 * Lines of shell that end with 0 once a container has set itself up. Images of databases do that with a server for the time
 * being, which answers, and is stopped again before the real one takes the place of their first process. So while that
 * process, or a child of it where it is an `init` of the engine's, is a shell or an entrypoint's script, it is not over. What
 * the engine runs in the container beside it has no parent there.
 */
export const SETTLED = `
for stat in /proc/[0-9]*/stat; do
  read -r line <"$stat" || continue
  name=\${line#*'('}
  name=\${name%')'*}
  set -- \${line##*') '}
  pid=\${stat#/proc/}
  [ "$pid" = 1/stat ] || [ "$2" = 1 ] || continue
  case $name in
    sh|ash|bash|dash|ksh|zsh|*.sh|*entrypoi*) echo "$name still sets it up" >&2; exit 1 ;;
  esac
done`;

/** A server that answers for so long is taken for the real one, whatever started it: some images keep a shell for ever. */
export const SETTLED_ANYWAY_MS = 30_000;
