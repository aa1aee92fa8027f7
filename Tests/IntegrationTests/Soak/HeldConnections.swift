/// A Python client that keeps one HTTP/1.1 connection busy with the newest identity, and leaves each older one open and idle until the
/// gateway ends it; and beside each one over HTTP/2, which asks once and is idle then.
enum HeldConnections {
    /// Takes the gateway's address, the folder of the identity and the seconds that it goes on; says at the end, as one line of JSON, how
    /// many requests failed, and by how much the latest end of a connection was after the end of its certificate.
    static let script = #"""
        import calendar
        import http.client
        import json
        import os
        import socket
        import ssl
        import subprocess
        import sys
        import time
        from urllib.parse import urlsplit

        address, folder, seconds = urlsplit(sys.argv[1]), sys.argv[2], float(sys.argv[3])
        figures = {"requests": 0, "failed": 0, "connections": 0, "ended": 0, "open": 0, "latestMilliseconds": 0}


        def fault(what):
            figures["failed"] += 1
            print(what, flush=True)


        def end_of(certificate):
            said = subprocess.run(
                ["openssl", "x509", "-in", certificate, "-noout", "-enddate", "-dateopt", "iso_8601"],
                capture_output=True, text=True, check=True).stdout
            return calendar.timegm(time.strptime(said.strip().split("=")[1], "%Y-%m-%d %H:%M:%SZ"))


        class Held:
            """A connection with the identity of one generation of the folder."""

            def __init__(self, place):
                self.place = place
                self.end = end_of(place + "/svid.pem")
                context = ssl.create_default_context(cafile=place + "/bundle.pem")
                context.minimum_version = ssl.TLSVersion.TLSv1_3
                context.load_cert_chain(place + "/svid.pem", place + "/svid.key")
                self.connection = http.client.HTTPSConnection(
                    address.hostname, address.port, context=context, timeout=10)
                self.connection.auto_open = 0
                self.connection.connect()
                figures["connections"] += 1

            def ask(self):
                self.connection.request("GET", "/api/maxine/services/web")
                answer = self.connection.getresponse()
                body = answer.read()
                figures["requests"] += 1
                if answer.status != 200:
                    fault(f"{answer.status} {body[:200]}")

            @property
            def socket(self):
                return self.connection.sock

            def has_ended(self):
                """Whether the gateway has closed it: readable, and nothing to read."""
                if self.socket is None:
                    return True
                self.socket.settimeout(0.001)
                try:
                    while self.socket.recv(4096):
                        pass
                    return True
                except (TimeoutError, ssl.SSLWantReadError):
                    return False
                except OSError:
                    return True


        def frame(kind, flags, stream, payload=b""):
            return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


        def field(index, text):
            """A literal with an indexed name (RFC 7541 section 6.2.2)."""
            return bytes([index, len(text)]) + text.encode()


        class HeldHTTP2(Held):
            """The same over HTTP/2, frame by frame."""

            def __init__(self, place):
                self.place = place
                self.end = end_of(place + "/svid.pem")
                context = ssl.create_default_context(cafile=place + "/bundle.pem")
                context.minimum_version = ssl.TLSVersion.TLSv1_3
                context.set_alpn_protocols(["h2"])
                context.load_cert_chain(place + "/svid.pem", place + "/svid.key")
                raw = socket.create_connection((address.hostname, address.port), 10)
                self.stream = context.wrap_socket(raw, server_hostname=address.hostname)
                figures["connections"] += 1
                self.stream.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0))
                fields = b"\x82\x87" + field(4, "/api/maxine/services/web") + field(1, "localhost")
                self.stream.sendall(frame(1, 5, 1, fields))
                buffer = b""
                while True:
                    got = self.stream.recv(65536)
                    if not got:
                        raise ConnectionError("closed before the answer")
                    buffer += got
                    while len(buffer) >= 9 and len(buffer) >= 9 + int.from_bytes(buffer[:3], "big"):
                        size, kind = int.from_bytes(buffer[:3], "big"), buffer[3]
                        payload, buffer = buffer[9:9 + size], buffer[9 + size:]
                        if kind == 1:
                            figures["requests"] += 1
                            if b"\x88" not in payload[:4]:
                                fault(f"HTTP/2: {payload[:20]!r}")
                            return

            @property
            def socket(self):
                return self.stream


        def newest():
            return os.path.realpath(folder + "/..data")


        def look(idle):
            for one in list(idle):
                now = time.time()
                if one.has_ended():
                    idle.remove(one)
                    figures["ended"] += 1
                    late = int((now - one.end) * 1000)
                    figures["latestMilliseconds"] = max(figures["latestMilliseconds"], late)
                elif now > one.end + 3:
                    idle.remove(one)
                    figures["open"] += 1
                    print(f"still open 3 s after the end of {one.place}", flush=True)


        idle, current = [], None
        until = time.time() + seconds
        while time.time() < until:
            try:
                if current is None or newest() != current.place:
                    if current is not None:
                        idle.append(current)
                    current = Held(newest())
                    idle.append(HeldHTTP2(current.place))
                current.ask()
            except Exception as error:  # whatever it is, the request was not answered
                fault(f"{type(error).__name__}: {error}")
                current = None
            look(idle)
            time.sleep(0.05)
        if current is not None:
            idle.append(current)
        last = time.time() + 20
        while idle and time.time() < last:
            look(idle)
            time.sleep(0.02)
        figures["open"] += len(idle)
        print(json.dumps(figures), flush=True)
        """#
}
