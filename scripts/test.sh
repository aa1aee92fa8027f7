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
crashes=$(mktemp)
crashing=
trap '[ -z "$crashing" ] || pkill -P "$crashing"; rm -f "$output" "$crashes"' EXIT

tests() {
    # A test that waits for ever is a failure, too.
    timeout 1500 swift test -c release --disable-xctest --skip-build "$@" 2>&1
}

fail() {
    echo "What failed:"
    grep -E "recorded an issue|error:" "$1" | cut -c 1-600
    exit 1
}

run() {
    tests "$@" | tee "$output"
    [ "${PIPESTATUS[0]}" -eq 0 ] || fail "$output"
}

run --filter TidyTests
run --skip IntegrationTests --skip TidyTests --skip GatewayTests
# Apart from the rest: gateways keep no time on cores that others fill.
run --filter GatewayTests
scripts/peers.sh
export MAXINE_TEST_BINARY=$PWD/.build/shipped/maxine
# Killed fifty times and started again, beside the others: half of that is waiting for disks.
tests --ignore-lock --filter CrashTests >"$crashes" &
crashing=$!
run --ignore-lock --no-parallel --filter IntegrationTests --skip CrashTests
crashed=0
wait "$crashing" || crashed=$?
cat "$crashes"
[ "$crashed" -eq 0 ] || fail "$crashes"
