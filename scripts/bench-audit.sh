#!/usr/bin/env bash
# A large audit log: how long a start takes on it until the gateway is ready, beside one on an empty log, how fast it is verified, and the same
# once its segments are packed; and what a day of 1,000 services takes that renew their leases each 10 s.
# bench-audit.sh [RECORDS [BATCH]]: 10 million by default, 5 GB of disk, and renewals of the day in batches of 1. The first start finds no seals,
# reads all and seals it; the second is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="${MAXINE_BENCH_BINARY:-$PWD/.build/release/maxine}"
maker="$(dirname "$maxine")/LogMaker"
unset MAXINE_BENCH_BINARY # the gateway refuses variables that it does not know
records="${1:-10000000}"
batch="${2:-1}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/maxine-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; wait; rm -rf "$folder"' EXIT
cd "$folder"
cat >maxine.yaml <<YAML
listen: { service: "127.0.0.1:0", people: "off", federation: "off", metrics: "127.0.0.1:0" }
log: { level: notice }
audit: { read_rate: 4GiB }
YAML

# seconds_to_ready: starts the gateway, waits until it says that it is ready, stops it, and prints how long the first took.
seconds_to_ready() {
    python3 - "$maxine" <<'PY'
import re, subprocess, sys, time, urllib.request
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
begun = time.monotonic()
server = subprocess.Popen([sys.argv[1], "serve", "--config", "maxine.yaml"], stderr=open("serve.log", "w"))
try:
    while time.monotonic() < begun + 600:
        found = re.search(r"metrics listener on (http://[0-9.:]+)", open("serve.log").read())
        try:
            if found and direct.open(found[1] + "/readyz", timeout=5).status == 200:
                print(f"{time.monotonic() - begun:.2f}")
                break
        except OSError:
            pass
        if server.poll() is not None:
            sys.exit("the gateway ended: " + open("serve.log").read())
        time.sleep(0.01)
    else:
        sys.exit("the gateway is not ready")
finally:
    server.terminate()
    server.wait()
PY
}

# pack: runs the gateway until no full segment is left that is not sealed and packed.
pack() {
    python3 - "$maxine" <<'PY'
import re, subprocess, sys, time, urllib.request
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
server = subprocess.Popen([sys.argv[1], "serve", "--config", "maxine.yaml"], stderr=open("pack.log", "w"))
try:
    end = time.monotonic() + 3600
    while time.monotonic() < end:
        time.sleep(2)
        found = re.search(r"metrics listener on (http://[0-9.:]+)", open("pack.log").read())
        if server.poll() is not None:
            sys.exit("the gateway ended: " + open("pack.log").read())
        if not found:
            continue
        text = direct.open(found[1] + "/metrics", timeout=30).read().decode()
        left = [re.search(rf"^maxine_audit_segments_{word} (\d+)", text, re.M) for word in ("unsealed", "unpacked")]
        if all(left) and all(match[1] == "0" for match in left):
            break
    else:
        sys.exit("not packed within an hour")
finally:
    server.terminate()
    server.wait()
PY
}

# verified: the seconds that `audit verify` takes.
verified() {
    local begun
    begun=$(date +%s.%N)
    "$maxine" audit verify --dir data/audit >verified
    python3 -c "print(f'{$(date +%s.%N) - $begun:.1f}')"
}

"$maxine" init --config maxine.yaml >/dev/null
seconds_to_ready >/dev/null
empty=$(seconds_to_ready)
"$maker" data/audit "$records" >made
bytes=$(du -sb data/audit/segments | cut -f 1)
segments=$(find data/audit/segments -name '*.jsonl' | wc -l)
whole=$(seconds_to_ready)
sealed=$(seconds_to_ready)
grep -o 'audit log opened: .*' serve.log
verify=$(verified)
rate=$(python3 -c "print(round($records / $verify))")
printf '%s records, %s bytes, %s segments\n' "$records" "$bytes" "$segments"
printf 'ready after: %s s on an empty log, %s s from seals, %s s reading all\n' "$empty" "$sealed" "$whole"
printf 'verified in %s s: %s records a second\n' "$verify" "$rate"
pack
bytes=$(du -sb data/audit/segments | cut -f 1)
sealed=$(seconds_to_ready)
verify=$(verified)
rate=$(python3 -c "print(round($records / $verify))")
printf 'packed: %s bytes, ready after %s s, verified in %s s: %s records a second\n' "$bytes" "$sealed" "$verify" "$rate"

rm -rf data certs
"$maxine" init --config maxine.yaml >/dev/null
seconds_to_ready >/dev/null
"$maker" data/audit 8640000 "$batch" renewals >made
bytes=$(du -sb data/audit/segments | cut -f 1)
pack
packed=$(du -sb data/audit/segments | cut -f 1)
sealed=$(seconds_to_ready)
printf 'a day of 8,640,000 renewals in batches of %s: %s bytes, %s packed; ready after %s s\n' "$batch" "$bytes" "$packed" "$sealed"
