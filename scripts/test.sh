#!/usr/bin/env bash
# The parts alone, then the release binary as a user runs it: killed, starved of disk, lied to.
# What failed is said again at the end, where one looks.
set -uo pipefail
cd "$(dirname "$0")/.."
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# A test that waits for ever is a failure, too.
run() {
    timeout 1500 swift test --disable-xctest --skip-build "$@" 2>&1 | tee "$output"
    local status=${PIPESTATUS[0]}
    if [ "$status" -ne 0 ]; then
        echo "What failed:"
        grep -E "recorded an issue|error:" "$output" | cut -c 1-600
        exit "$status"
    fi
}

run --filter TidyTests
run --skip IntegrationTests --skip TidyTests --skip GatewayTests
# One gateway at a time: beside each other they wait longer than alone.
run --no-parallel --filter GatewayTests
MAXINE_TEST_BINARY=$PWD/.build/release/maxine run --no-parallel --filter IntegrationTests
