import Glibc

/// A directory that answers as an attacker would: a script of ours that speaks just enough LDAP over TLS.
package final class HostileDirectory: Sendable {
    /// What it does instead of answering honestly.
    package enum Deed: String, Sendable, CaseIterable {
        /// Accepts connections and says nothing, not even TLS.
        case silent
        /// Accepts a service account, then says nothing to a search.
        case mute
        /// Ends the connection in the middle of a search.
        case leaves
        /// Finds an entry outside of what was asked for.
        case outside
        /// Refers to another server, by the result and by continuation lines.
        case refers
        /// Sends entries without an end.
        case floods
        /// Announces a message of a gibibyte.
        case boasts
        /// Sends what is no LDAP.
        case babbles
        /// Says that it can't begin TLS.
        case declines
        /// Begins TLS, with more in the clear behind its answer.
        case injects
        /// Sends control characters, and a password policy that can't be read.
        case confuses
    }

    package let port: Int
    private let process: TetheredProcess
    private let folder: TestFolder

    /// Starts it with the certificate of a real one.
    package init(_ deed: Deed, certificatesOf slapd: SlapdServer, away: Int = 9) throws {
        folder = try TestFolder()
        try folder.write(Self.script, to: "hostile.py")
        try folder.write("", to: "log")
        port = try LoopbackPorts.free(1)[0]
        process = try TetheredProcess(
            [
                "python3", folder.path("hostile.py"), deed.rawValue, String(port),
                slapd.folder.path("server.pem"), slapd.folder.path("server.key"), String(away),
            ], log: folder.path("log"))
        for _ in 0..<200 {
            if try folder.text("log").contains("ready") { return }
            usleep(20_000)
        }
        throw TestFault(description: try folder.text("log"))
    }

    /// What it has seen: connections, binds and searches, a line each.
    package func log() throws -> String { try folder.text("log") }

    private static let script = #"""
        import socket, ssl, sys, threading

        deed, port, certificate, key, away = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)

        def ber(tag, *parts):
            content = b"".join(parts)
            size = len(content)
            if size < 128:
                return bytes([tag, size]) + content
            return bytes([tag, 0x84]) + size.to_bytes(4, "big") + content

        def message(number, operation, *controls):
            return ber(0x30, ber(2, bytes([number])), operation, *controls)

        def result(tag, code, text=b"", *more):
            return ber(tag, ber(0x0A, bytes([code])), ber(4), ber(4, text), *more)

        def entry(name, values):
            attributes = [
                ber(0x30, ber(4, key), ber(0x31, ber(4, value))) for key, value in values.items()
            ]
            return ber(0x64, ber(4, name), ber(0x30, *attributes))

        def read(stream):
            head = stream.recv(2)
            if len(head) < 2:
                return None
            size = head[1]
            if size & 0x80:
                size = int.from_bytes(stream.recv(size & 0x7F), "big")
            body = b""
            while len(body) < size:
                body += stream.recv(size - len(body))
            return body

        def serve(plain):
            print("connection", flush=True)
            if deed == "silent":
                plain.recv(1)
                threading.Event().wait()
            if deed in ("declines", "injects"):
                plain.recv(1000)
                code = 52 if deed == "declines" else 0
                answer = message(1, result(0x78, code))
                if deed == "injects":
                    answer += message(2, result(0x61, 0))
                plain.sendall(answer)
                if deed == "declines":
                    print("after", plain.recv(1000), flush=True)
                    return
            stream = context.wrap_socket(plain, server_side=True)
            while True:
                body = read(stream)
                if body is None:
                    return
                number, tag = body[2], body[3]
                if tag == 0x60:
                    print("bind", body, flush=True)
                    if deed == "confuses":
                        policy = ber(0xA0, ber(0x30, ber(4, b"1.3.6.1.4.1.42.2.27.8.5.1"), ber(4, b"\xff\xff")))
                        stream.sendall(message(number, result(0x61, 49, b"a\x1b[2Jb"), policy))
                    else:
                        stream.sendall(message(number, result(0x61, 0)))
                elif tag == 0x63:
                    print("search", body, flush=True)
                    search(stream, number)
                elif tag == 0x42:
                    return

        def search(stream, number):
            alice = {b"uid": b"alice", b"entryUUID": b"1"}
            if deed == "mute":
                threading.Event().wait()
            elif deed == "leaves":
                stream.sendall(message(number, entry(b"uid=alice,dc=example,dc=org", alice))[:20])
                stream.close()
                raise SystemExit
            elif deed == "outside":
                stream.sendall(message(number, entry(b"uid=alice,dc=example,dc=com", alice)))
                stream.sendall(message(number, result(0x65, 0)))
            elif deed == "refers":
                address = ber(4, b"ldap://127.0.0.1:" + away.encode() + b"/dc=example,dc=org")
                stream.sendall(message(number, ber(0x73, address)))
                stream.sendall(message(number, result(0x65, 10, b"", ber(0xA3, address))))
            elif deed == "floods":
                while True:
                    stream.sendall(message(number, entry(b"uid=alice,dc=example,dc=org", alice)))
            elif deed == "boasts":
                stream.sendall(bytes([0x30, 0x84, 0x40, 0, 0, 0]) + b"x" * 100000)
            elif deed == "babbles":
                stream.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 100)

        listener = socket.create_server(("127.0.0.1", int(port)), backlog=100)
        print("ready", flush=True)
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=serve, args=(plain,), daemon=True).start()
        """#
}
