#!/bin/sh
# Keeps one private Docker engine: engine-keeper.sh DIRECTORY CGROUP
#
# The engine lives until standard input ends, so it goes even when the test process is killed. Everything it could
# leave on the host is caught: its own mount and network namespaces, a private /run, writes to /etc and /opt in an
# overlay under DIRECTORY, its own cgroup. Only processes found by pid are killed: those in its cgroup (containers)
# and those in its mount namespace (dockerd, containerd, shims).
set -u
dir=$1
cgroup=$2
PATH=$PATH:/usr/sbin:/sbin

# A background command of a non-interactive shell has /dev/null as its standard input, so ours stays our own.
unshare --mount --net sh -eu -c '
  dir=$1 cgroup=$2
  ip link set lo up
  mount -t tmpfs -o mode=755 tmpfs /run
  for name in etc opt; do
    [ -d "/$name" ] || continue
    mkdir -p "$dir/host/$name" "$dir/host/$name.work"
    mount -t overlay -o "lowerdir=/$name,upperdir=$dir/host/$name,workdir=$dir/host/$name.work" overlay "/$name"
  done
  readlink /proc/self/ns/mnt >"$dir/namespace"
  # It comes back when whoever ended it asked for that before.
  while :; do
    # Killed, it leaves a note of a containerd that has died with it, but may not have been waited for.
    rm -f "$dir/again" "$dir/exec/containerd/containerd.pid"
    dockerd --config-file "$dir/daemon.json" --data-root "$dir/root" --exec-root "$dir/exec" \
      --pidfile "$dir/docker.pid" --host "unix://$dir/docker.sock" --storage-driver overlay2 \
      --bridge none --iptables=false --ip6tables=false --ip-forward=false --userland-proxy=false \
      --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "/$cgroup" || :
    [ -e "$dir/again" ] || break
  done
' sh "$dir" "$cgroup" >"$dir/log" 2>&1 &
engine=$!

cat >/dev/null

alive() { [ -d "/proc/$1" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null; }

cgroups() { find /sys/fs/cgroup -depth -type d \( -path "*/$cgroup" -o -path "*/$cgroup/*" \) 2>/dev/null; }

# A process may be listed as 0 (one that ends, or of another namespace): kill would take that for our own group, with
# dockerd in it.
kill_containers() {
  cgroups | while read -r directory; do
    while read -r pid; do
      [ "$pid" = 0 ] || kill -KILL "$pid" 2>/dev/null
    done <"$directory/cgroup.procs"
  done
}

# A container that is frozen (paused) dies only when it is thawed.
thaw() {
  cgroups | while read -r directory; do
    [ -e "$directory/freezer.state" ] && echo THAWED >"$directory/freezer.state" 2>/dev/null
    [ -e "$directory/cgroup.freeze" ] && echo 0 >"$directory/cgroup.freeze" 2>/dev/null
  done
  return 0
}

in_namespace() {
  [ -s "$dir/namespace" ] || return 0
  for process in /proc/[0-9]*; do
    [ "$(readlink "$process/ns/mnt" 2>/dev/null)" = "$(cat "$dir/namespace")" ] && echo "${process#/proc/}"
  done
  return 0
}

kill_containers
thaw
rm -f "$dir/again"
# Nobody else has this number as long as it runs in the engine's namespace.
daemon=$(cat "$dir/docker.pid" 2>/dev/null)
case " $(in_namespace | tr '\n' ' ') " in
  *" ${daemon:-none} "*) kill -TERM "$daemon" 2>/dev/null ;;
  *) kill -TERM "$engine" 2>/dev/null ;;
esac
tries=0
while alive "$engine" && [ "$tries" -lt 100 ]; do
  tries=$((tries + 1))
  sleep 0.1
done
kill -KILL "$engine" 2>/dev/null
wait "$engine" 2>/dev/null

tries=0
while [ "$tries" -lt 100 ]; do
  tries=$((tries + 1))
  kill_containers
  thaw
  left=$(in_namespace)
  for pid in $left; do kill -KILL "$pid" 2>/dev/null; done
  cgroups | while read -r directory; do rmdir "$directory" 2>/dev/null; done
  [ -z "$left" ] && [ -z "$(cgroups)" ] && break
  sleep 0.1
done

# The mounts were in the namespace that has just gone. One that is still seen would be emptied by rm: stop instead.
if grep -q " $dir/" /proc/self/mountinfo; then
  echo "a mount is left below $dir" >&2
  exit 1
fi
rm -rf --one-file-system "$dir"
[ -z "$(cgroups)" ] || { echo "a cgroup $cgroup is left" >&2; exit 1; }
