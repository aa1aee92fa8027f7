#!/usr/bin/env bash
# Measures discover on real mTLS connections, identity, policy and the durable record on.
# Where Envoy, nginx, wrk and h2load are there, one run compares all of them.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="${MAXINE_BENCH_BINARY:-$PWD/.build/release/maxine}"
compare="${MAXINE_COMPARE:-$PWD/../shared/bench/compare.py}"
unset MAXINE_BENCH_BINARY MAXINE_COMPARE # the gateway refuses variables that it does not know
example="$PWD/policies/examples/web-api.yaml"
folder=$(mktemp -d "${TMPDIR:-/tmp}/maxine-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; wait; rm -rf "$folder"' EXIT

echo "the fast lane without TLS and HTTP:"
"$(dirname "$maxine")/FastLaneBenchmark"
echo

cd "$folder"
cat >maxine.yaml <<YAML
listen: { service: "127.0.0.1:0", metrics: "127.0.0.1:0" }
policy: ./policy.yaml
log: { level: warning }
YAML
install -m 644 "$example" policy.yaml
"$maxine" init --config maxine.yaml >/dev/null
MAXINE_LOG_LEVEL=notice "$maxine" serve --config maxine.yaml 2>serve.log &
server=$!
address=
for _ in $(seq 100); do
    address=$(sed -n 's/.*service listener on \(https:[^ ]*\).*/\1/p' serve.log)
    [ -z "$address" ] || break
    sleep 0.1
done
[ -n "$address" ] || { cat serve.log >&2; exit 1; }
for service in web api; do
    "$maxine" identity issue --service $service --out $service --addr "$address" >/dev/null
done
"$maxine" register api --id api-1 --address 10.0.0.7 --port 8080 --ttl 86400 --tag primary \
    --service-version 1.4.2 --addr "$address" --cert api/svid.pem --key api/svid.key \
    --cacert api/bundle.pem >/dev/null

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
