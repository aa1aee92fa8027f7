"""Streams contexts with py-spiffe: follow.py SOCKET COUNT SECONDS; prints each update's identities and serials."""
import sys
import threading

from spiffe import WorkloadApiClient

client = WorkloadApiClient(sys.argv[1])
wanted, done, seen = int(sys.argv[2]), threading.Event(), []


def update(context):
    print("update", ",".join(
        f"{svid.spiffe_id}={svid.leaf.serial_number:x}" for svid in context.x509_svids), flush=True)
    seen.append(context)
    if len(seen) >= wanted:
        done.set()


def error(failure):
    print("error", failure, flush=True)
    done.set()


handler = client.stream_x509_contexts(update, error)
done.wait(float(sys.argv[3]))
handler.cancel()
client.close()
