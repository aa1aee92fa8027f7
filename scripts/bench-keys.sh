#!/usr/bin/env bash
# Discover by API key against discover by certificate, alternated, one gateway, one run.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="${MAXINE_BENCH_BINARY:-$PWD/.build/release/maxine}"
compare="${MAXINE_COMPARE:-$PWD/../shared/bench/compare.py}"
unset MAXINE_BENCH_BINARY MAXINE_COMPARE # the gateway refuses variables that it does not know
example="$PWD/policies/examples/web-api.yaml"
rounds="${1:-3}"
seconds="${2:-3}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/maxine-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; wait; rm -rf "$folder"' EXIT
for tool in gcc wrk h2load; do
    command -v "$tool" >/dev/null || { echo "bench: needs $tool" >&2; exit 1; }
done
preload="$(dirname "$compare")/mtls_preload.c"
[ -f "$preload" ] || { echo "bench: needs mtls_preload.c beside compare.py, named in MAXINE_COMPARE" >&2; exit 1; }

cd "$folder"
gcc -O2 -shared -fPIC -o mtls.so "$preload" -ldl -lssl
cat >maxine.yaml <<YAML
listen: { service: "127.0.0.1:0", people: "off", federation: "off", metrics: "127.0.0.1:0" }
policy: ./policy.yaml
log: { level: notice }
YAML
sed -e 's/^roles:$/&\n  keymaker: { actions: [key.create] }/' \
    -e 's/^bindings:$/&\n  - { role: service, subjects: [{ api_key_scope: bench }] }\n  - { role: keymaker, subjects: [{ spiffe: "spiffe:\/\/{trust_domain}\/ns\/*\/dc\/*\/svc\/*" }] }/' \
    "$example" >policy.yaml
"$maxine" init --config maxine.yaml >/dev/null
"$maxine" serve --config maxine.yaml 2>serve.log &
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
as() { echo --addr "$address" --cert "$1/svid.pem" --key "$1/svid.key" --cacert "$1/bundle.pem"; }
# shellcheck disable=SC2046
"$maxine" register api --id api-1 --address 10.0.0.7 --port 8080 --ttl 86400 --tag primary \
    --service-version 1.4.2 $(as api) >/dev/null
# shellcheck disable=SC2046
key=$("$maxine" keys create --scope bench $(as web) 2>/dev/null)
url="$address/api/maxine/discover/api"

export MTLS_CERT=web/svid.pem MTLS_KEY=web/svid.key
h1() { LD_PRELOAD=./mtls.so wrk -t1 -c32 -d"${seconds}s" "$@" "$url" | sed -n 's/^Requests\/sec: *//p'; }
h2() {
    LD_PRELOAD=./mtls.so h2load -t1 -c16 -m16 -D "$seconds" "$@" "$url" |
        sed -n 's/^finished in [^,]*, \([0-9.]*\) req\/s.*/\1/p'
}
for round in $(seq "$rounds"); do
    echo "round $round: h1 by certificate $(h1), by key $(h1 -H "X-API-Key: $key");" \
        "h2 by certificate $(h2), by key $(h2 -H "X-API-Key: $key")"
done
"$maxine" audit verify --dir data/audit
