#!/usr/bin/env bash
# The inner loop: house rules, a debug build of all, the parts alone and the gateway in process.
# What spawns the binary, fills disks or measures is left to 'make test' and 'make bench'; so are nine in ten rounds of
# the tests with random numbers.
set -euo pipefail
cd "$(dirname "$0")/.."
# A task for an event loop that has ended is a crash, not a line that nobody reads.
export SWIFTNIO_STRICT=1
# Tests with random numbers do a tenth of their rounds.
export MAXINE_CHECK=1
output=$(mktemp)
linted=$(mktemp)
trap 'rm -f "$output" "$linted"' EXIT

# Modules that know few others: what passed passes again while nothing that it is made of has changed.
declare -A made_of=(
    [TextTests]="Text"
    [StrictJSONTests]="Text StrictJSON"
    [TimeTests]="Time"
    [AuditTests]="Text Time StrictJSON Audit"
    [WireTests]="Text StrictJSON Wire CNGHTTP2"
)
passed=.build/check-passed
fingerprint() {
    local parts=(Package.swift Package.resolved scripts/check.sh Tests/Support "Tests/$1")
    for module in ${made_of[$1]}; do parts+=("Sources/$module"); done
    { swift --version 2>/dev/null; find "${parts[@]}" -type f -print0 | sort -z | xargs -0 sha256sum; } | sha256sum
}

# The linter has cores to itself while the compiler plans and links.
scripts/lint.sh >"$linted" 2>&1 &
linting=$!
built=0
swift build --build-tests --quiet || built=$?
if ! wait "$linting"; then
    cat "$linted" >&2
    exit 1
fi
cat "$linted"
[ "$built" -eq 0 ] || exit "$built"

mkdir -p "$passed"
skips=()
for target in "${!made_of[@]}"; do
    fingerprint "$target" >"$passed/$target.now"
    if cmp -s "$passed/$target.now" "$passed/$target"; then skips+=(--skip "$target"); fi
done

# A test that waits for ever is a failure, too. The program itself: 'swift test' would leave it behind then, and plans the
# whole build once more before it begins.
ran=0
run() {
    local status=0
    timeout 900 .build/debug/maxinePackageTests.xctest --testing-library swift-testing "$@" >"$output" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        grep -E "recorded an issue|^↳|error:|Fatal error|signal" "$output" | cut -c 1-600 >&2 || tail -n 40 "$output" >&2
        [ "$status" -ne 124 ] || echo "check: the tests did not end within 900 s" >&2
        echo "check: the tests failed" >&2
        exit 1
    fi
    local passed
    passed=$(sed -n 's/.*Test run with \([0-9]*\) tests .* passed after.*/\1/p' "$output")
    ran=$((ran + ${passed:-0}))
}
run --skip GatewayTests --skip IntegrationTests "${skips[@]}"
# Apart from the rest: gateways keep no time on cores that others fill.
run --filter GatewayTests
# A run that finds no tests ends well, too.
if [ "$ran" -lt 300 ]; then
    echo "check: only $ran tests ran" >&2
    exit 1
fi
for target in "${!made_of[@]}"; do mv "$passed/$target.now" "$passed/$target"; done
echo "check: $ran tests passed; unchanged since they passed: ${skips[*]//--skip/}"
