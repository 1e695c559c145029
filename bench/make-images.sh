#!/bin/bash
# Makes the images that bench/run.mjs measures, in $HOLDFAST_SCRATCH/images. What is there already is kept.
#
#   minbase.tar          Debian's smallest root filesystem, one layer, docker-archive (about 170 MB)
#   large.tar            the same layer and one on top with python3, nginx, nodejs, ruby; docker-archive (about 600 MB)
#   large-oci/           the same image as an OCI layout, tag "large", layers in gzip
#   second.tar           another image on the same first layer, docker-archive
#   many-files.tar       5 GB in 200,000 files, made by many-files.mjs, docker-archive
#
# Needs Linux, root, and Debian's packages mmdebstrap, umoci and skopeo; about 10 GB of disk, and Debian's archive.
# A root filesystem that is made already can be given as $HOLDFAST_SCRATCH/root/base.tar (and large.tar, second.tar).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=${HOLDFAST_SCRATCH:-${TMPDIR:-/tmp}/holdfast-bench}
suite=${HOLDFAST_BENCH_SUITE:-bookworm}
root=$scratch/root
images=$scratch/images
layout=$scratch/layout

[ "$(id -u)" = 0 ] || { echo 'make-images: needs root: root filesystems are unpacked with their owners' >&2; exit 1; }
for tool in mmdebstrap umoci skopeo node; do
  command -v "$tool" >/dev/null || { echo "make-images: $tool is not installed" >&2; exit 1; }
done
mkdir -p "$root" "$images"

say() { echo "make-images: $*" >&2; }

# One moment for all, so that a file that two of them share has one time and lands in the shared layer only.
export SOURCE_DATE_EPOCH=1750000000

# debian NAME [PACKAGE,...]: a root filesystem as a tar.
debian() {
  [ -e "$root/$1.tar" ] && return
  say "Debian $suite ${2:+with $2}"
  mmdebstrap --quiet --variant=minbase ${2:+--include="$2"} "$suite" "$root/$1.part.tar"
  mv "$root/$1.part.tar" "$root/$1.tar"
}

# on_top TAG: what root/TAG.tar has beyond the image "base" becomes a layer above it.
on_top() {
  local bundle=$scratch/bundle
  rm -rf --one-file-system "$bundle"
  umoci unpack --image "$layout:base" "$bundle"
  find "$bundle/rootfs" -mindepth 1 -delete
  tar -C "$bundle/rootfs" --xattrs --numeric-owner -xpf "$root/$1.tar"
  umoci repack --image "$layout:$1" "$bundle"
  rm -rf --one-file-system "$bundle"
}

# docker_archive TAG FILE
docker_archive() {
  rm -f "$images/part.tar"
  skopeo copy --quiet "oci:$layout:$1" "docker-archive:$images/part.tar:holdfast-bench/$1:1"
  mv "$images/part.tar" "$images/$2"
}

debian base
debian large python3,python3-pip,python3-numpy,nginx,nodejs,npm,ruby,bundler,git
debian second curl,git,python3-requests

if [ ! -e "$images/large-oci/index.json" ]; then
  say 'layers'
  rm -rf --one-file-system "$layout"
  umoci init --layout "$layout"
  umoci new --image "$layout:base"
  umoci raw add-layer --image "$layout:base" --history.created_by 'ADD rootfs.tar /' "$root/base.tar"
  on_top large
  on_top second
  say 'archives'
  docker_archive base minbase.tar
  docker_archive large large.tar
  docker_archive second second.tar
  rm -rf --one-file-system "$images/large-oci"
  skopeo copy --quiet "oci:$layout:large" "oci:$images/large-oci:large"
fi

if [ ! -e "$images/many-files.tar" ]; then
  say '200,000 files'
  node "$here/many-files.mjs" "$root/base.tar" "$images/part.tar"
  mv "$images/part.tar" "$images/many-files.tar"
fi
du -sh "$images"/* >&2
