#!/usr/bin/env bash
# Measures discover on real mTLS connections, identity, policy and the durable record on.
# Where Envoy, nginx, wrk and h2load are there, one run compares all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="${MAXINE_BENCH_BINARY:-$PWD/.build/release/maxine}"
compare="${MAXINE_COMPARE:-}"
unset MAXINE_BENCH_BINARY MAXINE_COMPARE # the gateway refuses variables that it does not know
example="$PWD/policies/examples/web-api.yaml"

echo "the fast lane without TLS and HTTP:"
"$(dirname "$maxine")/FastLaneBenchmark"
echo

. scripts/bench-gateway.sh
install -m 644 "$example" policy.yaml
start_gateway "$maxine"

url="$address/api/maxine/discover/api"
if [ -f "$compare" ] && command -v python3 >/dev/null && command -v nginx >/dev/null \
    && command -v wrk >/dev/null && command -v h2load >/dev/null; then
    python3 "$compare" --url "$url" --cert web/svid.pem --key web/svid.key \
        --cacert web/bundle.pem --audit-dir "$folder" "$@"
else
    echo "bench: no comparison (needs python3, nginx, wrk, h2load and compare.py, named in MAXINE_COMPARE)"
    h2load -n 20000 -c 16 -m 16 "$url" 2>/dev/null || true
fi
"$maxine" audit verify --dir data/audit
