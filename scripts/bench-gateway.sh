# A gateway for the benchmarks, in a folder of its own, which becomes the current one; sourced, not run.
# It has identities of web and api, api-1 registered for as long as a run lasts, and goes with the script.
# shellcheck shell=bash

folder=$(mktemp -d "${TMPDIR:-/tmp}/maxine-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; wait; rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# as NAME: what the command line needs to act as it.
as() { echo --addr "$address" --cert "$1/svid.pem" --key "$1/svid.key" --cacert "$1/bundle.pem"; }

# start_gateway MAXINE [PREFIX...]: with ./policy.yaml and the lines of ./more.yaml, if there are any; below a tool, if one is named.
start_gateway() {
    local maxine=$1
    shift
    cat - more.yaml >maxine.yaml 2>/dev/null <<YAML || true
listen: { service: "127.0.0.1:0", people: "${people:-off}", federation: "off", metrics: "127.0.0.1:0" }
policy: ./policy.yaml
log: { level: notice }
YAML
    "$maxine" init --config maxine.yaml >/dev/null
    "$@" "$maxine" serve --config maxine.yaml 2>serve.log &
    server=$!
    address=
    for _ in $(seq 300); do
        address=$(sed -n 's/.*service listener on \(https:[^ ]*\).*/\1/p' serve.log)
        [ -z "$address" ] || break
        sleep 0.1
    done
    [ -n "$address" ] || { cat serve.log >&2; exit 1; }
    for service in web api; do
        "$maxine" identity issue --service $service --out $service --addr "$address" >/dev/null
    done
    # shellcheck disable=SC2046
    "$maxine" register api --id api-1 --address 10.0.0.7 --port 8080 --ttl 86400 --tag primary \
        --service-version 1.4.2 $(as api) >/dev/null
}
