#!/usr/bin/env bash
# The inner loop: house rules, a debug build of what they and the tests need, the parts alone and the gateway in process.
# What spawns the binary, fills disks or measures is left to 'make test' and 'make bench'; so are nine in ten rounds of
# the tests with random numbers.
set -euo pipefail
cd "$(dirname "$0")/.."
export MAXINE_CHECK=1
output=$(mktemp)
trap 'rm -f "$output"' EXIT

scripts/lint.sh
swift build --build-tests --quiet

# A test that waits for ever is a failure, too.
status=0
timeout 300 swift test --disable-xctest --skip-build >"$output" 2>&1 || status=$?
if [ "$status" -ne 0 ]; then
    grep -E "recorded an issue|^↳|error:|Fatal error|signal" "$output" | cut -c 1-600 >&2 || tail -n 40 "$output" >&2
    [ "$status" -ne 124 ] || echo "check: the tests did not end within 300 s" >&2
    echo "check: the tests failed" >&2
    exit 1
fi
# A run that finds no tests ends well, too.
ran=$(sed -n 's/.*Test run with \([0-9]*\) tests .* passed after.*/\1/p' "$output")
if [ "${ran:-0}" -lt 400 ]; then
    echo "check: only ${ran:-no} tests ran" >&2
    exit 1
fi
echo "check: $ran tests passed"
