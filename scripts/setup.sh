#!/usr/bin/env bash
# What the project's own commands need, from a fresh Debian or macOS machine with Node 20 or newer:
# dependencies, a build and a redis-server. Says before it installs anything on the machine.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' || {
  say "Node 20 or newer is needed; this is $(node --version)."
  exit 1
}

# npm writes node_modules/.package-lock.json at the end of an install: older than the lock file means out of date.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say "Installing the dependencies (npm ci) ..."
  npm ci --ignore-scripts --no-audit --no-fund >&2
fi

if [ -z "${SENTINELCTL_REDIS_SERVER:-}" ] && ! command -v redis-server >/dev/null && ! command -v valkey-server >/dev/null; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  if command -v apt-get >/dev/null; then
    say "There is no redis-server here. Installing Debian's: ${as_root[*]:+${as_root[*]} }apt-get install redis-server"
    say "(its service is not wanted: if the package starts one, 'systemctl disable --now redis-server' stops it)"
    "${as_root[@]}" apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends redis-server >&2
  elif command -v brew >/dev/null; then
    say "There is no redis-server here. Installing it: brew install redis"
    brew install redis >&2
  else
    say "There is no redis-server here, and neither apt-get nor brew to install one: https://redis.io/docs/latest/operate/oss_and_stack/install/"
    exit 5
  fi
fi

# What was built is taken again while no source is newer: a directory is newer where a file of it came or went.
stamp=node_modules/.cache/sentinelctl/built
sources=(bin commands src scripts scenarios package.json package-lock.json tsconfig.json tsconfig.build.json)
if [ ! -e "$stamp" ] || [ ! -e dist/bin/sentinelctl.js ] || [ ! -e dist/src/index.js ] ||
  [ -n "$(find "${sources[@]}" -newer "$stamp" -print -quit)" ]; then
  say "Building ..."
  mkdir -p "${stamp%/*}"
  touch "$stamp.begun"
  npm run --silent build
  mv "$stamp.begun" "$stamp"
fi
