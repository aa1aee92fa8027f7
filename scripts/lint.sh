#!/usr/bin/env bash
# Format and house rules; the rules on sizes, imports and bans are tests (Tests/TidyTests).
set -euo pipefail
cd "$(dirname "$0")/.."

command -v swift >/dev/null || {
    echo "maxine: no Swift toolchain found; install Swift 6.3 or later and put 'swift' on PATH" >&2
    exit 1
}
folders=(Sources Tests Package.swift)
swift format lint --strict --recursive --parallel "${folders[@]}"
for script in scripts/*.sh .ci/run; do bash -n "$script"; done
if command -v shellcheck >/dev/null; then shellcheck scripts/*.sh .ci/run; fi
echo "lint: clean"
