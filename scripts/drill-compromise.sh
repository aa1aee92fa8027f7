#!/usr/bin/env bash
# The drill of a compromised intermediate: how long from the command until the last connection that stood on it is closed.
# drill-compromise.sh [CONNECTIONS] [ROUNDS]: live connections of ten services that ask all the time; medians of the rounds.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="${MAXINE_BENCH_BINARY:-$PWD/.build/release/maxine}"
unset MAXINE_BENCH_BINARY # the gateway refuses variables that it does not know
example="$PWD/policies/examples/web-api.yaml"
connections="${1:-1000}"
rounds="${2:-3}"
here="$PWD/scripts"
for round in $(seq "$rounds"); do
    (
        . "$here/bench-gateway.sh"
        cp "$example" policy.yaml
        start_gateway "$maxine"
        for number in $(seq 10); do
            "$maxine" identity issue --service "web-$number" --out "web-$number" --addr "$address" >/dev/null
        done
        authority=$("$maxine" ca show --json --addr "$address" | python3 -c '
import json, sys
print([a["authority"] for a in json.load(sys.stdin)["authorities"] if a["kind"] == "intermediate"][0])')
        python3 - "$address" "$connections" "$maxine" "$authority" <<'PY'
"""Opens the connections, has each ask now and then, runs the command, and takes the time of each one's end."""
import selectors, socket, ssl, subprocess, sys, time, urllib.parse

address, count, maxine, authority = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
host, port = urllib.parse.urlsplit(address).hostname, urllib.parse.urlsplit(address).port
request = f"GET /api/maxine/services HTTP/1.1\r\nhost: {host}:{port}\r\n\r\n".encode()
contexts = []
for number in range(1, 11):
    context = ssl.create_default_context(cafile=f"web-{number}/bundle.pem")
    context.load_cert_chain(f"web-{number}/svid.pem", f"web-{number}/svid.key")
    contexts.append(context)
chosen, sockets = selectors.DefaultSelector(), []
for number in range(count):
    raw = socket.create_connection((host, port))
    tls = contexts[number % 10].wrap_socket(raw, server_hostname=host)
    tls.sendall(request)
    tls.recv(65536)
    tls.setblocking(False)
    sockets.append(tls)
    chosen.register(tls, selectors.EVENT_READ)
begin = time.monotonic()
command = subprocess.Popen(
    [maxine, "ca", "compromise", authority, "--yes", "--json", "--addr", address],
    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
ends, told, turn = {}, None, 0
while len(ends) < count and time.monotonic() - begin < 60:
    if told is None and command.poll() is not None:
        told = time.monotonic() - begin
    one = sockets[turn % count]
    turn += 1
    if one not in ends:
        try:
            one.sendall(request)
        except OSError:
            pass
    for key, _ in chosen.select(0.001):
        try:
            while True:
                if not key.fileobj.recv(65536):
                    raise ConnectionError
        except (ssl.SSLWantReadError, BlockingIOError):
            continue
        except (ssl.SSLError, OSError):
            ends[key.fileobj] = time.monotonic() - begin
            chosen.unregister(key.fileobj)
if len(ends) < count:
    sys.exit(f"drill: {count - len(ends)} connections are open after a minute")
command.wait()
if command.returncode:
    sys.exit(f"drill: {command.stderr.read().decode()}")
told = told or time.monotonic() - begin
times = sorted(ends.values())
print(f"{count} connections: the first closed after {times[0] * 1000:.0f} ms, the last after"
      f" {times[-1] * 1000:.0f} ms; the command ended after {told * 1000:.0f} ms", flush=True)
PY
    )
done
