#!/usr/bin/env bash
# The parts alone, then the release binary as a user runs it: killed, starved of disk, lied to.
# What failed is said again at the end, where one looks.
set -uo pipefail
cd "$(dirname "$0")/.."
# A task for an event loop that has ended is a crash, not a line that nobody reads.
export SWIFTNIO_STRICT=1

# The binary as users get it is put by: building for the tests opens our modules to them, in the same folder, so that
# what we use from others is built once.
mkdir -p .build/shipped
cp .build/release/maxine .build/shipped/maxine
export MAXINE_TESTABLE=1
swift build -c release --build-tests || exit 1

output=$(mktemp)
trap 'rm -f "$output"' EXIT

# A test that waits for ever is a failure, too.
run() {
    timeout 1500 swift test -c release --disable-xctest --skip-build "$@" 2>&1 | tee "$output"
    local status=${PIPESTATUS[0]}
    if [ "$status" -ne 0 ]; then
        echo "What failed:"
        grep -E "recorded an issue|error:" "$output" | cut -c 1-600
        exit "$status"
    fi
}

run --filter TidyTests
run --skip IntegrationTests --skip TidyTests --skip GatewayTests
# Apart from the rest: gateways keep no time on cores that others fill.
run --filter GatewayTests
scripts/peers.sh
MAXINE_TEST_BINARY=$PWD/.build/shipped/maxine run --no-parallel --filter IntegrationTests
