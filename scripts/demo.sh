#!/usr/bin/env bash
# The main job, end to end, on real mTLS connections, in a temporary folder. Exits 0 if every step did what it says.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="$PWD/.build/release/maxine"
example="$PWD/policies/examples/web-api.yaml"
folder=$(mktemp -d)
cd "$folder"
server=
stop() { [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true; server=; }
trap 'stop; rm -rf "$folder"' EXIT

step=0
say() { step=$((step + 1)); printf '%2d. %s\n' "$step" "$1"; }
fail() { echo "demo: $1" >&2; sed 's/^/    /' serve.log >&2 || true; exit 1; }

start() {
    "$maxine" serve --config maxine.yaml >>serve.log 2>&1 &
    server=$!
    for _ in $(seq 100); do
        address=$(sed -n 's/.*service listener on \(https:[^ ]*\).*/\1/p' serve.log | tail -n 1)
        [ -n "$address" ] && "$maxine" status --addr "$address" >/dev/null 2>&1 && return
        kill -0 "$server" 2>/dev/null || fail "the gateway did not start"
        sleep 0.1
    done
    fail "the gateway did not answer"
}
as() { service=$1; shift; "$maxine" "$@" --addr "$address" --cert "$service/svid.pem" --key "$service/svid.key" --cacert "$service/bundle.pem"; }

cat >maxine.yaml <<YAML
listen: { service: "127.0.0.1:0", metrics: "127.0.0.1:0" }
policy: ./policy.yaml
YAML
# A copy of our own: the checkout may be another user's, or its files a group's to write.
install -m 644 "$example" policy.yaml

"$maxine" init --config maxine.yaml >init.log || fail "init: $(cat init.log)"
start
say "trust domain created: $(sed -n 's/.*\(spiffe:\/\/[a-z.]*\) *$/\1/p' init.log | head -n 1) and the gateway answers on $address"

for service in web api batch; do
    "$maxine" identity issue --service "$service" --out "$service" --addr "$address" >issue.log || fail "issue $service"
done
say "identities issued: $(openssl x509 -in web/svid.pem -noout -ext subjectAltName | grep -o 'spiffe:.*'), api and batch"

as api register api --id api-1 --address 10.0.0.7 --port 8080 --ttl 3600 >register.log || fail "register"
say "api: $(cat register.log)"

as web discover api >discover.log || fail "discover"
say "web discovers api: $(cat discover.log)"

if as batch discover api >/dev/null 2>refused.log; then fail "batch was let in"; fi
say "batch, without an intention, is $(sed -n 's/^maxine: //p' refused.log)"

stop; : >serve.log; start
as web discover api >again.log && cmp -s discover.log again.log || fail "the restart lost the registration"
say "after a restart web still gets $(cat again.log)"

stop
"$maxine" audit verify --dir data/audit >verify.log || fail "audit verify: $(cat verify.log)"
say "audit verify: $(tr '\n' ' ' <verify.log)"

segment=$(ls data/audit/segments/*.jsonl | head -n 1)
sed -i '0,/"decision":"deny"/s//"decision":"allow"/' "$segment"
if "$maxine" audit verify --dir data/audit >edited.log 2>&1; then fail "the edited log passed"; else status=$?; fi
[ "$status" = 6 ] || fail "audit verify exited $status, not 6"
say "one word of the log edited, and: $(grep -v '^$' edited.log | head -n 1 | sed "s|$folder/||")"
echo "demo: all $step steps did what they say"
