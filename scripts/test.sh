#!/usr/bin/env bash
# Everything that must hold: types, lint, and the tests on real servers. Tests that need a Docker Engine run where
# one answers and are named as skipped where none does; SENTINELCTL_REQUIRE_DOCKER=1 makes a missing one a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
npm run --silent typecheck &
types=$!
npm run --silent lint:dead &
dead=$!
npm run --silent lint:style
wait "$types"
wait "$dead"
DIST_IS_BUILT=1 exec node_modules/.bin/vitest run --project unit --project servers "$@"
