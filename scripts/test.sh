#!/usr/bin/env bash
# The tests, on real servers (types and lint: npm run typecheck, npm run lint). Those that need a Docker Engine run where
# one answers and are named as skipped where none does; SENTINELCTL_REQUIRE_DOCKER=1 makes a missing one a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
echo "Not among these: npm run test:long (other engines, the package, killed commands, every right) and npm run test:torture; CI runs them." >&2
DIST_IS_BUILT=1 exec node_modules/.bin/vitest run --project unit --project servers "$@"
