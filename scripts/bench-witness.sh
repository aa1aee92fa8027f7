#!/usr/bin/env bash
# What 2 of 3 witnesses cost a request: the middle (p50) of a discover's time over mTLS with them and without, in turns.
# bench-witness.sh MAXINE [ROUNDS]. The witnesses are three of a few lines here, which sign whatever they are sent.
set -euo pipefail
cd "$(dirname "$0")/.."
preload="$(dirname "${MAXINE_COMPARE:-.}")/mtls_preload.c"
unset MAXINE_COMPARE # the gateway refuses variables that it does not know
for tool in gcc h2load python3 openssl; do
    command -v "$tool" >/dev/null || { echo "bench: needs $tool" >&2; exit 1; }
done
[ -f "$preload" ] || { echo "bench: needs mtls_preload.c beside compare.py, named in MAXINE_COMPARE" >&2; exit 1; }
(($#)) || { echo "bench: which build?" >&2; exit 2; }
build=$(realpath "$1")
rounds=${2:-6}

. scripts/bench-gateway.sh
root=$folder
gcc -O2 -shared -fPIC -o mtls.so "$preload" -ldl -lssl
cat >witness.py <<'PY'
"""Signs each end that it is sent (C2SP tlog-witness, tlog-cosignature); says its line of a policy and its port first."""
import base64, hashlib, http.server, subprocess, sys, tempfile, time

name = sys.argv[1]
key = tempfile.NamedTemporaryFile(suffix=".pem")
subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key.name], check=True)
public = subprocess.run(["openssl", "pkey", "-in", key.name, "-pubout", "-outform", "DER"],
                        check=True, capture_output=True).stdout[-32:]
ident = hashlib.sha256(name.encode() + b"\n\x04" + public).digest()[:4]

class Witness(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        sent = self.rfile.read(int(self.headers["content-length"]))
        note = sent.split(b"\n\n", 1)[1]
        body = note.split(b"\n\n", 1)[0] + b"\n"
        now = int(time.time())
        with tempfile.NamedTemporaryFile() as text:
            text.write(b"cosignature/v1\ntime %d\n" % now + body)
            text.flush()
            signature = subprocess.run(
                ["openssl", "pkeyutl", "-sign", "-inkey", key.name, "-rawin", "-in", text.name],
                check=True, capture_output=True).stdout
        line = base64.b64encode(ident + now.to_bytes(8, "big") + signature)
        answer = "\u2014 ".encode() + name.encode() + b" " + line + b"\n"
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass

server = http.server.HTTPServer(("127.0.0.1", 0), Witness)
verifier = f"{name}+{ident.hex()}+{base64.b64encode(bytes([4]) + public).decode()}"
print(f"{verifier} http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
PY
witnesses=()
trap '[ -z "$server" ] || kill "$server"; kill "${witnesses[@]}" 2>/dev/null || true; wait; rm -rf "$root"' EXIT
for name in north south own; do
    python3 witness.py "$name.example" >"$name.line" & witnesses+=($!)
done
for name in north south own; do
    for _ in $(seq 100); do [ -s "$name.line" ] && break; sleep 0.1; done
    echo "witness $name $(cat "$name.line")" >>witnesses
done
printf 'group two 2 north south own\nquorum two\n' >>witnesses

measure() { # KIND: the middle of the times in microseconds, appended to its file
    local place="$root/$1-$round"
    mkdir "$place" && cd "$place"
    cat >policy.yaml <<'YAML'
maxine_policy: 1
name: bench
bindings:
  - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
  - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
acl:
  - { id: admins, effect: allow, subjects: [role:admin], actions: [identity.issue, audit.verify], resources: { services: ["*"], namespaces: ["*"] } }
intentions:
  - { id: web-to-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
YAML
    [ "$1" = without ] || echo "audit: { witnesses: $root/witnesses, witness_interval: 1s }" >more.yaml
    start_gateway "$build"
    load 2000
    load 40000
    [ "$1" = without ] || grep -q . data/log.witnessed || { echo "bench: no witness has signed" >&2; exit 1; }
    cut -f3 times | sort -n | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }' >>"$root/$1"
    kill "$server" && wait "$server" || true
    server=
}
load() { # REQUESTS
    local said
    said=$(LD_PRELOAD="$root/mtls.so" MTLS_CERT=web/svid.pem MTLS_KEY=web/svid.key \
        h2load --h1 -t1 -c 8 -n "$1" --log-file=times "$address/api/maxine/discover/api")
    grep -q "status codes: $1 2xx" <<<"$said" || { echo "bench: $said" >&2; exit 1; }
}
for round in $(seq "$rounds"); do
    # Whoever is first in one round is second in the next.
    if ((round % 2)); then measure with; measure without; else measure without; measure with; fi
done
cd "$root"
paste with without | awk '{ printf "with %d us, without %d us, ratio %.3f\n", $1, $2, $1 / $2 }'
paste with without | awk '{ print $1 / $2 }' | sort -n \
    | awk '{ r[NR] = $1 } END { printf "middle ratio %.3f\n", r[int((NR + 1) / 2)] }'
