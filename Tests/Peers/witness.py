"""A small witness (C2SP tlog-witness) for tests: witness.py PORT_FILE LOG_VKEY; prints its own vkey."""
import base64
import hashlib
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tlog_scales import signing, tlog

LOG = signing.Vkey.from_string(sys.argv[2])
NAME, KEY = "witness.test/w1", Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
KEY_ID = hashlib.sha256(NAME.encode() + b"\n\x04" + PUBLIC).digest()[:4]
seen = (0, b"")


def judge(body: str) -> tuple[int, str]:
    """Checks a request against what was cosigned before; gives status and answer."""
    global seen
    head, _, text = body.partition("\n\n")
    lines = head.split("\n")
    checkpoint = tlog.Checkpoint.from_text(text)
    try:
        checkpoint.verify(LOG)
    except Exception as error:
        return 403, f"{error}\n"
    old = int(lines[0].removeprefix("old "))
    if old > checkpoint.size:
        return 400, "old size too large\n"
    if old != seen[0]:
        return 409, f"{seen[0]}\n"
    hashes = [base64.b64decode(line) for line in lines[1:]]
    if old:
        try:
            tlog.ConsistencyProof(old, checkpoint.size, hashes).check(seen[1], checkpoint.root_hash)
        except Exception as error:
            return 422, f"{error}\n"
    seen = (checkpoint.size, checkpoint.root_hash)
    now = int(time.time())
    note = text.partition("\n\n")[0] + "\n"
    signature = KEY.sign(f"cosignature/v1\ntime {now}\n{note}".encode())
    line = base64.b64encode(KEY_ID + now.to_bytes(8, "big") + signature).decode()
    return 200, f"\u2014 {NAME} {line}\n"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        status, answer = judge(body)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
vkey = base64.b64encode(b"\x04" + PUBLIC).decode()
with open(sys.argv[1], "w") as file:
    file.write(f"{server.server_port} {NAME}+{KEY_ID.hex()}+{vkey}\n")
server.serve_forever()
