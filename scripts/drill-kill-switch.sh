#!/usr/bin/env bash
# The kill switch: how long from the moment that the revocation of a service is on record until the last byte on any of its connections.
# drill-kill-switch.sh [CONNECTIONS] [SERVICES]: live mTLS connections of so many services, each of which asks every ten seconds, and
# four of the service that is revoked all the time; all are revoked, one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."
maxine="${MAXINE_BENCH_BINARY:-$PWD/.build/release/maxine}"
unset MAXINE_BENCH_BINARY # the gateway refuses variables that it does not know
connections="${1:-10000}"
services="${2:-100}"
ulimit -n "$(ulimit -Hn)"
[ "$(ulimit -n)" -gt $((connections + 1000)) ] || { echo "drill: $(ulimit -n) descriptors are too few" >&2; exit 1; }
. scripts/bench-gateway.sh
cat >policy.yaml <<YAML
maxine_policy: 1
name: kill-switch
bindings:
  - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
  - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
acl:
  - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"], namespaces: ["*"] } }
YAML
start_gateway "$maxine"
for number in $(seq "$services"); do
    "$maxine" identity issue --service "s-$number" --out "s-$number" --ttl 6h --addr "$address" >/dev/null
done
python3 - "$address" "$connections" "$services" <<'PY'
"""Opens the connections, has each ask now and then, revokes one service after the other, and takes the time of each connection's end."""
import calendar, concurrent.futures, glob, json, os, re, selectors, socket, ssl, sys, time, urllib.parse

address, count, services = urllib.parse.urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
each = count // services
requests = {n: f"GET /api/maxine/services/s-{n} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode() for n in range(1, services + 1)}


def context(name, folder):
    made = ssl.create_default_context(cafile=f"{folder}/bundle.pem")
    made.check_hostname = False
    made.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    return made


class Client:
    def __init__(self, tls, number, here):
        self.number, self.asks, self.waits = number, False, False
        raw = socket.socket()
        # One source address has ports for some 28,000.
        raw.bind((f"127.0.0.{here % 8 + 2}", 0))
        raw.connect((address.hostname, address.port))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = tls.wrap_socket(raw)
        self.ask()
        if not self.socket.recv(65536).startswith(b"HTTP/1.1 200"):
            raise SystemExit("drill: a service may not ask for itself")
        self.waits = False
        self.socket.setblocking(False)

    def ask(self):
        if not self.waits:
            try:
                self.socket.sendall(requests[self.number])
                self.waits = True
            except OSError:
                pass

    def read(self):
        """Whether it goes on."""
        try:
            while True:
                if not self.socket.recv(65536):
                    return False
                self.waits = False
                if self.asks:
                    self.ask()
        except (ssl.SSLWantReadError, BlockingIOError):
            return True
        except (ssl.SSLError, OSError):
            return False


chosen = selectors.EpollSelector()
began = time.monotonic()
clients, everybody = {}, []
turn, due, pace = 0, began, 10 / count


def look(timeout, ends):
    """Takes what came, and has whose turn it is ask."""
    global turn, due
    for key, _ in chosen.select(timeout):
        if isinstance(key.data, Client) and not key.data.read():
            now = time.time()
            chosen.unregister(key.fileobj)
            if ends is None or key.data.number != revoking:
                sys.exit(f"drill: a connection of s-{key.data.number} ended, which was not revoked")
            ends.append(now)
    while everybody and time.monotonic() >= due:
        everybody[turn % len(everybody)].ask()
        turn, due = turn + 1, max(due + pace, time.monotonic() - 1)


for number in range(1, services + 1):
    tls = context("svid", f"s-{number}")
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        clients[number] = list(pool.map(lambda i: Client(tls, number, number * each + i), range(each)))
    for client in clients[number]:
        chosen.register(client.socket, selectors.EVENT_READ, client)
    everybody += clients[number]
    # Those that are open go on asking, so that none is idle too long.
    look(0, None)
print(f"{count} connections of {services} services opened in {time.monotonic() - began:.0f} s", flush=True)
operator = context("operator", "certs").wrap_socket(socket.create_connection((address.hostname, address.port)))
operator.setblocking(False)
chosen.register(operator, selectors.EVENT_READ)
for _ in range(2000):
    look(0.001, None)
asked, ended = {}, {}
for revoking in range(1, services + 1):
    until = time.monotonic() + 0.3
    for client in clients[revoking][:4]:
        client.asks = True
        client.ask()
    while time.monotonic() < until:
        look(0.001, None)
    body = json.dumps({"spiffeId": f"spiffe://maxine.local/ns/default/dc/dc1/svc/s-{revoking}", "reason": "drill"})
    asked[revoking], ended[revoking] = time.time(), []
    operator.sendall((f"POST /api/maxine/identity/revoke HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                      f"content-length: {len(body)}\r\n\r\n{body}").encode())
    until = time.monotonic() + 10
    while len(ended[revoking]) < each:
        if time.monotonic() > until:
            sys.exit(f"drill: {each - len(ended[revoking])} connections of s-{revoking} are open after 10 s")
        look(0.001, ended[revoking])
    everybody = [c for c in everybody if c.number != revoking] or everybody
    told = b""
    while not told.endswith(b"}"):
        look(0.001, ended[revoking])
        try:
            told += operator.recv(65536)
        except (ssl.SSLWantReadError, BlockingIOError):
            pass
    if f'"endedConnections":{each}'.encode() not in told:
        sys.exit(f"drill: {told.decode()}")

# What the log says: when each was recorded, and whether anything of a revoked one is allowed behind that.
intents, over, allowed, behind = {}, set(), 0, 0
for segment in sorted(glob.glob("data/audit/segments/*.jsonl")):
    for line in open(segment):
        if not line.startswith("{") or '"principal"' not in line:
            continue
        record = json.loads(line)
        who = record["principal"]["id"].rsplit("/", 1)[-1]
        if record["action"] == "ca.revoke" and record["type"] == "intent":
            number = int(record["detail"]["revoked"]["spiffe_id"].rsplit("-", 1)[-1])
            stamp, fraction = re.match(r"(.*)\.(\d+)Z", record["time"]).groups()
            intents[number] = calendar.timegm(time.strptime(stamp, "%Y-%m-%dT%H:%M:%S")) + float("0." + fraction)
            over.add(f"s-{number}")
        elif record.get("decision") == "allow":
            allowed += 1
            behind += who in over


def figures(name, times):
    times = sorted(t * 1000 for t in times)
    print(f"{name}: p50 {times[len(times) // 2]:.1f}, p99 {times[len(times) * 99 // 100]:.1f}, most {times[-1]:.1f} ms")


figures("from the request to the end of a connection", [e - asked[n] for n in ended for e in ended[n]])
figures("from the time in the revocation's record (before its sync) to the end of a connection",
        [e - intents[n] for n in ended for e in ended[n]])
figures("from the request to the last end of a service", [max(ended[n]) - asked[n] for n in ended])
print(f"{allowed} requests were allowed, {behind} of them to a service behind the record of its revocation")
sys.exit(1 if behind or len(intents) != services else 0)
PY
metrics=$(sed -n 's/.*metrics[^:]* on \(http:[^ ]*\).*/\1/p' serve.log | head -1)
curl -sS "$metrics/metrics" | awk '/^maxine_audit_commits_total/ { n = $2 } /^maxine_audit_commit_seconds_total/ { s = $2 }
    END { if (n) printf "a batch of the log waited %.2f ms for its write and sync on average, of %d\n", s * 1000 / n, n }'
"$maxine" audit verify --dir data/audit >/dev/null && echo "maxine audit verify: passed"
