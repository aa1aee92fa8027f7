import Foundation
import Gateway
import Support
import Testing

/// A certificate that is revoked while its handshake goes on: its verdict was given before, and it is not live yet.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(
        if: Shell.has("openssl") && Shell.has("python3"), "openssl or python3 is not installed"))
struct SecondLookTests {
    /// Hands on what two say to each other, but for the third sealed record of the client, its Finished, and all behind it: that waits for a file.
    private static let relay = """
        import os, socket, sys, threading, time
        target, name = int(sys.argv[1]), sys.argv[2]
        door = socket.create_server(("127.0.0.1", 0))
        with open(name + ".new", "w") as file: file.write(str(door.getsockname()[1]))
        os.rename(name + ".new", name + ".port")
        client, _ = door.accept()
        server = socket.create_connection(("127.0.0.1", target))
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        def back():
            try:
                while part := server.recv(65536): client.sendall(part)
                client.shutdown(socket.SHUT_RDWR)
            except OSError: pass
        threading.Thread(target=back, daemon=True).start()
        def read(count):
            data = b""
            while len(data) < count:
                part = client.recv(count - len(data))
                if not part: sys.exit()
                data += part
            return data
        sealed = 0
        while True:
            head = read(5)
            body = read(int.from_bytes(head[3:], "big"))
            if head[0] == 23:
                sealed += 1
                if sealed == 3:
                    time.sleep(0.05)
                    open(name + ".held", "w").close()
                    while not os.path.exists(name + ".go"): time.sleep(0.005)
            server.sendall(head + body)
        """

    /// What somebody is answered through the relay; what is done while the handshake waits comes in between.
    private func answer(
        _ name: String, _ gateway: InProcessGateway, _ meanwhile: () async throws -> Void
    ) async throws -> String {
        let folder = gateway.left
        let port = String(gateway.serviceAddress.split(separator: ":").last ?? "")
        async let ended = Shell.run(
            aside: ["python3", "-c", Self.relay, port, name], directory: gateway.folder)
        let door = try await folder.awaitText("\(name).port")
        let pipe = try await Shell.aside {
            let pipe = try TLSPipe(
                gateway, as: .issued("web"), at: "https://127.0.0.1:\(door)")
            pipe.send(TLSPipe.statusRequest)
            return pipe
        }
        _ = try await folder.awaitText("\(name).held")
        try await meanwhile()
        try folder.write("", to: "\(name).go")
        let answer = try await Shell.aside {
            defer { pipe.close() }
            return pipe.answer()
        }
        _ = try await ended
        return answer
    }

    @Test func whatIsRevokedBetweenVerdictAndOpeningIsCutOff() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let good = try await answer("good", gateway) {}
            #expect(good.hasPrefix("HTTP/1.1 403"), "the relay hands all on: \(good)")
            // A slow machine judges after the revocation; then that is refused, and tried again.
            for attempt in 0..<10 {
                try await gateway.issue("web")
                let serial = try await gateway.serial(of: "web/svid.pem")
                let refused = try gateway.records("tls.handshake").count
                let revoked = try await answer("revoked\(attempt)", gateway) {
                    let answer = try await gateway.revoke(#""serial":"\#(serial)""#)
                    #expect(answer.body.contains(#""endedConnections":0"#), "\(answer.body)")
                }
                #expect(revoked.isEmpty, "\(revoked)")
                if try gateway.records("tls.handshake").count == refused { return }
            }
            Issue.record("never judged before the revocation")
        }
    }
}

extension TestFolder {
    /// The text of a file, once it is there.
    fileprivate func awaitText(_ name: String) async throws -> String {
        for _ in 0..<2_000 {
            if let text = try? text(name) { return text }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw TestFault(description: "no file \(name)")
    }
}
