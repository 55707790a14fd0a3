#!/usr/bin/env bash
# The main job on plain processes, on a cluster of its own: up, status, failover-test, down.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh

cluster="drill-$$"
SENTINELCTL_HOME=$(mktemp -d "${TMPDIR:-/tmp}/sentinelctl-drill.XXXXXX")
export SENTINELCTL_HOME
unset SENTINELCTL_CLUSTER SENTINELCTL_DRIVER REDIS_SENTINEL_ADDRS REDIS_MASTER_NAME REDIS_URL
ctl() {
  printf '\n$ sentinelctl %s\n' "$*"
  node dist/bin/sentinelctl.js "$@" --cluster "$cluster"
}

# Whatever happens, nothing of the drill stays behind.
leave() {
  code=$?
  trap - EXIT INT TERM
  if [ -e "$SENTINELCTL_HOME/clusters/$cluster" ]; then ctl down || code=$?; fi
  rm -rf "$SENTINELCTL_HOME"
  exit "$code"
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

ctl up --driver process --port auto
ctl status
ctl failover-test "$@"
ctl status
