#!/usr/bin/env bash
# What a discover costs in counts, which a busy machine changes little, of one build or of several beside each other:
# instructions in user space (callgrind), allocations, system calls and switches a request over HTTP/1.1 and HTTP/2, and a connection
# with one request. bench-counts.sh MAXINE... ; names are those of the files.
#
# Instructions and allocations are the difference between a long and a short run, so that neither start nor handshakes count among the requests.
# valgrind knows no SHA-NI: a block of SHA-256 counts 1,300 instructions there, and takes 60 ns where processors have it.
set -euo pipefail
cd "$(dirname "$0")/.."
preload="$(dirname "${MAXINE_COMPARE:-.}")/mtls_preload.c"
unset MAXINE_COMPARE # the gateway refuses variables that it does not know
for tool in gcc h2load valgrind strace objcopy; do
    command -v "$tool" >/dev/null || { echo "bench: needs $tool" >&2; exit 1; }
done
[ -f "$preload" ] || { echo "bench: needs mtls_preload.c beside compare.py, named in MAXINE_COMPARE" >&2; exit 1; }
(($#)) || { echo "bench: which builds?" >&2; exit 2; }
builds=()
for build in "$@"; do builds+=("$(realpath "$build")"); done

. scripts/bench-gateway.sh
root=$folder
gcc -O2 -shared -fPIC -o mtls.so "$preload" -ldl -lssl
# valgrind 3.19 writes to the mask that a process suspends itself with, which libdispatch has in read-only memory.
gcc -O2 -shared -fPIC -o suspend.so -xc - <<'C'
#include <signal.h>
#include <unistd.h>
int sigsuspend(const sigset_t *mask) { (void)mask; for (;;) pause(); }
C
gcc -O2 -shared -fPIC -o count.so -xc - <<'C'
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
void *__libc_malloc(size_t);
static unsigned long none, *count = &none;
__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("COUNT_FILE"), O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, sizeof none)) abort();
    count = mmap(0, sizeof none, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
}
void *malloc(size_t size) { __atomic_fetch_add(count, 1, __ATOMIC_RELAXED); return __libc_malloc(size); }
C
load() { # KIND REQUESTS: asks so often; fails unless all is answered
    local said arguments=(-c 16 -m 16)
    case $1 in h1) arguments=(--h1 -c 32) ;; connection) arguments=(--h1 -c "$2") ;; esac
    said=$(LD_PRELOAD="$root/mtls.so" MTLS_CERT=web/svid.pem MTLS_KEY=web/svid.key \
        h2load -t1 -n "$2" "${arguments[@]}" "$address/api/maxine/discover/api")
    grep -q "status codes: $2 2xx" <<<"$said" || { echo "bench: $said" >&2; exit 1; }
}
begin() { # NAME MAXINE [PREFIX...]
    mkdir "$root/$1" && cd "$root/$1"
    cat >policy.yaml <<'YAML'
maxine_policy: 1
name: bench
bindings:
  - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
  - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
acl:
  - { id: admins, effect: allow, subjects: [role:admin], actions: [identity.issue], resources: { services: ["*"], namespaces: ["*"] } }
intentions:
  - { id: web-to-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }
YAML
    start_gateway "${@:2}"
    load h2 500
    load h1 500
}
end() { kill "$server" && wait "$server" || true; server=; }
kinds=(h1 h2 connection)
declare -A long=([h1]=6000 [h2]=6000 [connection]=220) short=([h1]=1000 [h2]=1000 [connection]=20)

instructions() { # NAME MAXINE
    objcopy --strip-debug "$2" "$root/$1.stripped" # valgrind can't read the newest debug information
    begin "$1-callgrind" "$root/$1.stripped" env LD_PRELOAD="$root/suspend.so" \
        valgrind --tool=callgrind --callgrind-out-file="$root/$1.cg"
    local kind before after
    for kind in "${kinds[@]}"; do
        callgrind_control -d "$server" >/dev/null 2>&1
        load "$kind" "${short[$kind]}" && callgrind_control -d "$server" >/dev/null 2>&1
        before=$(last_total "$1")
        load "$kind" "${long[$kind]}" && callgrind_control -d "$server" >/dev/null 2>&1
        after=$(last_total "$1")
        echo "$1 $kind $(((after - before) / (${long[$kind]} - ${short[$kind]})))" >>"$root/instructions"
    done
    end
}
last_total() { sed -n 's/^totals: //p' "$(ls -t "$root/$1".cg.* | head -1)"; }

allocated() { od -An -t u8 "$root/$1.count" | tr -d ' '; }
allocations() { # NAME MAXINE
    begin "$1-allocations" "$2" env LD_PRELOAD="$root/count.so" COUNT_FILE="$root/$1.count"
    local kind before middle after
    for kind in "${kinds[@]}"; do
        before=$(allocated "$1")
        load "$kind" "${short[$kind]}"
        middle=$(allocated "$1")
        load "$kind" "${long[$kind]}"
        after=$(allocated "$1")
        echo "$1 $kind $((after - 2 * middle + before)) $((${long[$kind]} - ${short[$kind]}))" >>"$root/allocations"
    done
    end
}

switches() { cat "/proc/$server/task/"*/status | awk '/ctxt_switches/ { n += $2 } END { print n }'; }
calls() { # NAME MAXINE
    begin "$1-calls" "$2"
    local kind before tracer
    for kind in "${kinds[@]}"; do
        before=$(switches)
        load "$kind" "${long[$kind]}"
        echo "$1 $kind $(($(switches) - before)) ${long[$kind]}" >>"$root/switches"
        strace -c -f -o "$root/trace" -p "$server" 2>/dev/null & tracer=$!
        sleep 1
        load "$kind" "${long[$kind]}"
        kill -INT "$tracer" && wait "$tracer" || true
        awk -v who="$1 $kind" -v n="${long[$kind]}" '$4 ~ /^[0-9]+$/ && $NF != "total" {
            all += $4
            if ($NF ~ /^(read|write|futex|epoll_wait|pwrite64|fdatasync|openat)$/) few = few sprintf(" %s %.3f", $NF, $4 / n)
        } END { printf "%s %.2f%s\n", who, all / n, few }' "$root/trace" >>"$root/calls"
    done
    end
}
for build in "${builds[@]}"; do
    name=$(basename "$build")
    instructions "$name" "$build"
    allocations "$name" "$build"
    calls "$name" "$build"
done
echo "instructions in user space a request, or a connection with one request"
cat "$root/instructions"
echo "allocations"
awk '{ printf "%s %s %.2f\n", $1, $2, $3 / $4 }' "$root/allocations"
echo "switches of threads"
awk '{ printf "%s %s %.3f\n", $1, $2, $3 / $4 }' "$root/switches"
echo "system calls, and those that are most"
cat "$root/calls"
