#!/usr/bin/env bash
# Discover by API key and by token against discover by certificate, alternated, one gateway, one run.
# bench-credentials.sh [ROUNDS] [SECONDS]: medians of the rounds, and their ratio to the certificate's; beside them the gateway's own
# processor time a request, since whoever asks has to pack the longer header and takes the same processors for it.
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
ticks() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }
# spent BEFORE REQUESTS: the gateway's microseconds a request since then.
spent() { awk -v a="$1" -v b="$(ticks)" -v n="$2" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.1f", (b - a) / hz * 1e6 / n }'; }
h1() {
    local said before
    before=$(ticks)
    said=$(LD_PRELOAD=./mtls.so wrk -t1 -c32 -d"${seconds}s" "$@" "$url")
    case $said in *Non-2xx*) echo "bench: $said" >&2; exit 1 ;; esac
    echo "$(sed -n 's/^Requests\/sec: *//p' <<<"$said") $(spent "$before" "$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' <<<"$said")")"
}
h2() {
    local said before
    before=$(ticks)
    said=$(LD_PRELOAD=./mtls.so h2load -t1 -c16 -m16 -D "$seconds" "$@" "$url")
    echo "$(sed -n 's/^finished in [^,]*, \([0-9.]*\) req\/s.*/\1/p' <<<"$said") $(
        spent "$before" "$(sed -n 's/^status codes: \([0-9]*\) 2xx.*/\1/p' <<<"$said")")"
}
# Forth and back by turns, so that a machine that slows down favours nobody.
kinds=(certificate key token new-token)
measure() {
    case $1 in
    certificate) echo "$1 $(h1) $(h2)" ;;
    key) echo "$1 $(h1 -H "X-API-Key: $key") $(h2 -H "X-API-Key: $key")" ;;
    token) echo "$1 $(h1 -H "$bearer") $(h2 -H "$bearer")" ;;
    new-token) echo "$1 $(h1 -s tokens.lua) 0 0" ;;
    esac
}
for round in $(seq "$rounds"); do
    order=("${kinds[@]}")
    if ((round % 2 == 0)); then order=(new-token token key certificate); fi
    for kind in "${order[@]}"; do measure "$kind"; done
done >figures
median() { sed -n "s/^$1 //p" figures | cut -d ' ' -f "$2" | sort -n | sed -n "$((rounds / 2 + 1))p"; }
printf '%-12s %9s %5s %7s %5s %10s %5s %7s %5s\n' 'by' 'h1 req/s' '' 'us cpu' '' 'h2 req/s' '' 'us cpu' ''
for kind in "${kinds[@]}"; do
    row=$kind
    for column in 1 2 3 4; do
        row+=" $(median "$kind" "$column") $(median certificate "$column")"
    done
    awk '{ printf "%-12s %9.0f %5.2f %7.1f %5.2f %10.0f %5.2f %7.1f %5.2f\n", $1, $2, $2 / $3, $4, $4 / $5, $6, $6 / $7, $8, $8 / $9 }' <<<"$row"
done
