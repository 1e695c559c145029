#!/bin/sh
# Installs, from Debian's packages, what the tests need beside Node. Only what is missing, only when root.
# Where it cannot, it says what is missing and goes on: the tests that need it are then skipped with that reason.
set -u

# The file or command that shows a tool is there, and the package that brings it.
wanted='
dockerd docker.io
docker docker.io
skopeo skopeo
umoci umoci
mmdebstrap mmdebstrap
zstd zstd
rpm rpm
sqlite3 sqlite3
mkfs.xfs xfsprogs
setfattr attr
ip iproute2
mount mount
iptables iptables
docker-registry docker-registry
strace strace
age age
restic restic
sshd openssh-server
rclone rclone
pg_ctlcluster postgresql
python3 python3
chromium chromium
/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf fonts-dejavu-core
shellcheck shellcheck
/usr/lib/python3/dist-packages/aiosmtpd/__init__.py python3-aiosmtpd
openssl openssl
go golang-go
/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go golang-golang-x-mod-dev
prove perl
/etc/ssl/certs/ca-certificates.crt ca-certificates
'

# Debian keeps some of these where only root's PATH looks.
PATH="$PATH:/usr/sbin:/sbin"

there() {
  case $1 in
    /*) test -e "$1" ;;
    *) command -v "$1" >/dev/null 2>&1 ;;
  esac
}

# busybox is copied alone into images, so it must need no library.
static_busybox() {
  there busybox && ! ldd "$(command -v busybox)" >/dev/null 2>&1
}

missing_packages() {
  {
    echo "$wanted" | while read -r probe package; do
      test -z "$probe" || there "$probe" || echo "$package"
    done
    static_busybox || echo busybox-static
  } | sort -u | tr '\n' ' '
}

missing=$(missing_packages)
test -n "$missing" || exit 0

give_up() {
  echo "install-test-tools: $1; not installed: $(missing_packages)" >&2
  echo "install-test-tools: the tests that need them are skipped" >&2
  exit 0
}

test "$(id -u)" = 0 || give_up 'not root'
command -v apt-get >/dev/null 2>&1 || give_up 'no apt-get on this system'

# Debian starts services when their packages are installed; a test machine must not get a running engine or registry.
policy=/usr/sbin/policy-rc.d
kept=
log=$(mktemp)
restore() {
  rm -f "$log" "$policy"
  test -z "$kept" || mv "$kept" "$policy"
}
if test -e "$policy" || test -L "$policy"; then
  kept=$policy.holdfast-kept
  mv "$policy" "$kept"
fi
trap restore EXIT
trap 'exit 1' HUP INT TERM
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
apt() {
  apt-get -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 </dev/null
}

echo "install-test-tools: installing $missing"
# A third-party source that does not answer must not stop the rest.
apt update || tail -n 5 "$log" >&2
# From Debian 13 on the client is a package of its own.
if ! there docker && apt-cache show docker-cli >/dev/null 2>&1; then missing="$missing docker-cli"; fi
# shellcheck disable=SC2086 # a list of names
if ! apt install -y --no-install-recommends $missing; then
  # One name that this release does not have fails all of them.
  for package in $missing; do apt install -y --no-install-recommends "$package" || :; done
fi
missing=$(missing_packages)
if test -n "$missing"; then
  tail -n 20 "$log" >&2
  give_up 'apt-get could not install everything'
fi
