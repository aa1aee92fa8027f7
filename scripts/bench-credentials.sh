#!/usr/bin/env bash
# Discover by API key and by token against discover by certificate, alternated, one gateway, one run.
# bench-credentials.sh [ROUNDS] [SECONDS]: medians of the rounds, and their ratio to the certificate's.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="${MAXINE_BENCH_BINARY:-$PWD/.build/release/maxine}"
preload="$(dirname "${MAXINE_COMPARE:-.}")/mtls_preload.c"
unset MAXINE_BENCH_BINARY MAXINE_COMPARE # the gateway refuses variables that it does not know
example="$PWD/policies/examples/web-api.yaml"
python="$PWD/.build/peers/bin/python3"
rounds="${1:-3}"
seconds="${2:-3}"
for tool in gcc wrk h2load; do
    command -v "$tool" >/dev/null || { echo "bench: needs $tool" >&2; exit 1; }
done
[ -f "$preload" ] || { echo "bench: needs mtls_preload.c beside compare.py, named in MAXINE_COMPARE" >&2; exit 1; }
scripts/peers.sh
[ -x "$python" ] || exit 1

. scripts/bench-gateway.sh
gcc -O2 -shared -fPIC -o mtls.so "$preload" -ldl -lssl
"$python" - <<'PY'
# An issuer's key set, one token for web, and as many others as a wrk run can't come round.
import json, time
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

key = ec.generate_private_key(ec.SECP256R1())
public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
with open("idp.jwks", "w") as file:
    json.dump({"keys": [{**public, "kid": "1", "alg": "ES256", "use": "sig"}]}, file)
now = int(time.time())
def token(number):
    claims = {"iss": "https://idp.bench", "aud": "maxine", "sub": "web", "iat": now, "exp": now + 3600,
              "svc": "web", "ns": "default", "jti": str(number)}
    return jwt.encode(claims, key, "ES256", headers={"kid": "1"})
with open("token", "w") as file:
    file.write(token(0))
with open("tokens.lua", "w") as file:
    file.write("local tokens = {\n" + "".join(f'"{token(n)}",\n' for n in range(1, 30001)) + "}\n")
    file.write('''local n = 0
function request()
    n = n % #tokens + 1
    return wrk.format(nil, nil, {["Authorization"] = "Bearer " .. tokens[n]})
end
''')
PY
chmod 644 idp.jwks
cat >more.yaml <<'YAML'
auth:
  jwt:
    - name: idp
      issuer: https://idp.bench
      audiences: [maxine]
      algorithms: [ES256]
      jwks_file: ./idp.jwks
      service: { name: svc, namespace: ns }
YAML
sed -e 's/^roles:$/&\n  keymaker: { actions: [key.create] }/' \
    -e 's/^bindings:$/&\n  - { role: service, subjects: [{ api_key_scope: bench }] }\n  - { role: keymaker, subjects: [{ spiffe: "spiffe:\/\/{trust_domain}\/ns\/*\/dc\/*\/svc\/*" }] }/' \
    "$example" >policy.yaml
start_gateway "$maxine"
# shellcheck disable=SC2046
key=$("$maxine" keys create --scope bench $(as web) 2>/dev/null)
bearer="Authorization: Bearer $(cat token)"
url="$address/api/maxine/discover/api"

export MTLS_CERT=web/svid.pem MTLS_KEY=web/svid.key
h1() {
    local said
    said=$(LD_PRELOAD=./mtls.so wrk -t1 -c32 -d"${seconds}s" "$@" "$url")
    case $said in *Non-2xx*) echo "bench: $said" >&2; exit 1 ;; esac
    sed -n 's/^Requests\/sec: *//p' <<<"$said"
}
h2() {
    LD_PRELOAD=./mtls.so h2load -t1 -c16 -m16 -D "$seconds" "$@" "$url" |
        sed -n 's/^finished in [^,]*, \([0-9.]*\) req\/s.*/\1/p'
}
# Forth and back by turns, so that a machine that slows down favours nobody.
kinds=(certificate key token new-token)
measure() {
    case $1 in
    certificate) echo "$1 $(h1) $(h2)" ;;
    key) echo "$1 $(h1 -H "X-API-Key: $key") $(h2 -H "X-API-Key: $key")" ;;
    token) echo "$1 $(h1 -H "$bearer") $(h2 -H "$bearer")" ;;
    new-token) echo "$1 $(h1 -s tokens.lua) 0" ;;
    esac
}
for round in $(seq "$rounds"); do
    order=("${kinds[@]}")
    if ((round % 2 == 0)); then order=(new-token token key certificate); fi
    for kind in "${order[@]}"; do measure "$kind"; done
done >figures
median() { sed -n "s/^$1 //p" figures | cut -d ' ' -f "$2" | sort -n | sed -n "$((rounds / 2 + 1))p"; }
printf '%-12s %10s %6s %10s %6s\n' 'by' 'h1 req/s' '' 'h2 req/s' ''
for kind in "${kinds[@]}"; do
    awk -v kind="$kind" -v a="$(median "$kind" 1)" -v b="$(median certificate 1)" \
        -v c="$(median "$kind" 2)" -v d="$(median certificate 2)" \
        'BEGIN { printf "%-12s %10.0f %6.2f %10.0f %6.2f\n", kind, a, a / b, c, c / d }'
done
