#!/usr/bin/env bash
# Has each call of the release binary to its disk fail, or be its last, one run for each: sweep.sh [every n-th call]
# `make test` takes one call of each kind.
set -euo pipefail
cd "$(dirname "$0")/.."
swift build --build-tests --quiet
MAXINE_SWEEP="${1:-1}" MAXINE_TEST_BINARY="$PWD/.build/release/maxine" SWIFTNIO_STRICT=1 timeout 7200 \
    .build/debug/maxinePackageTests.xctest --testing-library swift-testing --filter 'IntegrationTests.*StorageSweepTests'
