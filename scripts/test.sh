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

# ended STATUS OUTPUT: stops here where tests failed, or none ran.
ended() {
    local status=$1
    if [ "$status" -eq 0 ] && ! grep -qE "Test run with [1-9][0-9]* tests? " "$2"; then
        echo "maxine: no tests ran" >&2
        status=1
    fi
    [ "$status" -ne 0 ] || return 0
    echo "What failed:"
    grep -E "recorded an issue|error:" "$2" | cut -c 1-600
    exit "$status"
}

# The program itself: of two 'swift test' at once one waits for the other, and each leaves its program behind where it is
# ended. A test that waits for ever is a failure, too.
tests() { timeout 1500 .build/release/maxinePackageTests.xctest --testing-library swift-testing "$@"; }
run() {
    tests "$@" 2>&1 | tee "$output"
    ended "${PIPESTATUS[0]}" "$output"
}

run --filter TidyTests
run --skip IntegrationTests --skip TidyTests --skip GatewayTests
# Apart from the rest: gateways keep no time on cores that others fill.
run --filter GatewayTests
scripts/peers.sh
export MAXINE_TEST_BINARY=$PWD/.build/shipped/maxine
# Most of what a killed gateway, or one whose certificates end, costs is waiting, so the rest goes on beside it.
tests --no-parallel --filter CrashTests --filter SoakTests >"$crashes" 2>&1 &
crashing=$!
run --no-parallel --filter IntegrationTests --skip CrashTests --skip SoakTests
wait "$crashing"
status=$?
crashing=
cat "$crashes"
ended "$status" "$crashes"
