#!/usr/bin/env bash
# Builds and runs the fuzz programs, each for some seconds: fuzz.sh [seconds] [name ...]
# A finding stops the run; its input is left in .build-fuzz/findings.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-600}"
shift $(($# > 0 ? 1 : 0))
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    mapfile -t names < <(ls Tests/Fuzz/Sources)
fi
export SWIFT_BACKTRACE=enable=no
mkdir -p .build-fuzz/findings
for name in "${names[@]}"; do
    swift build --package-path Tests/Fuzz --scratch-path .build-fuzz --product "$name" \
        -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing
    swiftc -sanitize=fuzzer,address -o ".build-fuzz/$name" ".build-fuzz/debug/lib$name.a" \
        -lFoundation -lFoundationEssentials -lnghttp2 -lsqlite3 -lldap -llber -lz 2>/dev/null
    mkdir -p ".build-fuzz/corpus/$name"
    echo "fuzz: $name for $seconds s"
    leaks=1
    # libldap keeps 4 KiB for a request whose connection ends before its answer; a worker is replaced long before that is much.
    [ "$name" != FuzzDirectory ] || leaks=0
    ASAN_OPTIONS="detect_leaks=$leaks" LDAPNOINIT=1 ".build-fuzz/$name" -max_total_time="$seconds" -max_len=4096 \
        -artifact_prefix=".build-fuzz/findings/$name-" ".build-fuzz/corpus/$name" \
        2>&1 | tail -n 3
done
