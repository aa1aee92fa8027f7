import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The root's key is elsewhere and the intermediate has ended: whoever is on the gateway's machine gets everybody in again.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct LockedOutTests {
    private static let days: Int64 = 86_400 * 1_000_000_000
    private static let life: Int64 = 21

    /// Made so long ago that its intermediate has ended when the machine's clock is reached.
    private func gateway() throws -> InProcessGateway {
        let clock = TestClock(
            nanoseconds: Int64(Date().timeIntervalSince1970) * 1_000_000_000
                - Self.life * Self.days)
        return try InProcessGateway(clock: clock) {
            $0.identity.rootSeconds = 100 * 86_400
            $0.identity.intermediateSeconds = 20 * 86_400
        }
    }

    private func takeRootKeyAway(_ gateway: InProcessGateway) throws {
        try FileManager.default.moveItem(
            atPath: gateway.left.path("data/pki/root.key"), toPath: gateway.left.path("away.key"))
    }

    /// What is done where the root's key is, as docs/operations.md has it.
    private func sign(_ csr: String, _ gateway: InProcessGateway) async throws -> String {
        try gateway.left.write(csr, to: "i.csr")
        try gateway.left.write("authorityKeyIdentifier=keyid\n", to: "ext")
        let signed = try await gateway.openssl(
            "x509", "-req", "-in", "i.csr", "-CA", "data/pki/root.pem", "-CAkey", "away.key",
            "-days", "30", "-copy_extensions", "copy", "-extfile", "ext", "-out", "i.pem")
        guard signed.status == 0 else { throw TestFault(description: signed.error) }
        // It begins by the machine's clock, which has gone on.
        let behind = Date().timeIntervalSince(gateway.clock.date)
        gateway.clock.advance(by: .seconds(max(0, Int(behind) + 10)))
        return try gateway.left.text("i.pem")
    }

    private func word(_ gateway: InProcessGateway) async throws -> String {
        try await String(gateway.answer(to: .ofOperator("operator")).prefix(12))
    }

    private func steps(_ gateway: InProcessGateway) throws -> [JSONValue] {
        try gateway.journal().filter {
            $0["action"]?.string == "ca.rotate" && $0["type"]?.string == "system"
        }.compactMap { $0["detail"] }
    }

    @Test func byTheGatewayThatRuns() async throws {
        try await gateway().serving { gateway in
            try await gateway.awaitSocket()
            try takeRootKeyAway(gateway)
            gateway.clock.advance(by: .seconds(Self.life * 86_400 + 60))
            try await gateway.tick(.authorities)
            #expect(try await word(gateway) == "", "its certificate has ended with the authority")
            await #expect(throws: (any Error).self, "nobody can sign") {
                try await Assembly.createOperator(gateway.settings, name: "operator")
            }
            let csr = try await Assembly.requestIntermediate(gateway.settings)
            #expect(try await Assembly.requestIntermediate(gateway.settings).contains("REQUEST"))
            await #expect(throws: (any Error).self, "no certificate") {
                try await Assembly.installIntermediate(gateway.settings, certificate: csr)
            }
            let pem = try await sign(csr, gateway)
            let prepared = try await Assembly.installIntermediate(
                gateway.settings, certificate: pem)
            #expect(prepared.count == 1)
            try await gateway.tick(.authorities)
            _ = try await Assembly.createOperator(gateway.settings, name: "operator")
            #expect(try await word(gateway) == "HTTP/1.1 200")
            let steps = try steps(gateway)
            let user = Int64(geteuid())
            #expect(steps.filter { $0["step"]?.string == "csr" }.count == 2)
            #expect(steps.filter { $0["step"]?.string == "install" }.count == 2)
            #expect(
                steps.allSatisfy {
                    !["csr", "install"].contains($0["step"]?.string)
                        || $0["uid"]?.integer == user
                }, "\(steps)")
            #expect(
                steps.contains {
                    $0["prepared"] == .array(prepared.map { .string($0) })
                })
        }
    }

    /// Without an authority that signs no gateway starts; so the command does it.
    @Test func byTheCommandWhereNoGatewayStarts() async throws {
        let gateway = try gateway()
        try await gateway.serving { _ in }
        _ = try await Assembly.exportRootKey(
            gateway.settings, to: gateway.left.path("away.key"))
        gateway.clock.advance(by: .seconds(Self.life * 86_400 + 60))
        await #expect(throws: (any Error).self) { try await gateway.serving { _ in } }
        let csr = try await Assembly.requestIntermediate(gateway.settings)
        let pem = try await sign(csr, gateway)
        let prepared = try await Assembly.installIntermediate(gateway.settings, certificate: pem)
        #expect(prepared.count == 1)
        try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            _ = try await Assembly.createOperator(gateway.settings, name: "operator")
            #expect(try await word(gateway) == "HTTP/1.1 200")
            let steps = try steps(gateway)
            #expect(steps.contains { $0["step"]?.string == "csr" && $0["uid"] != nil })
            #expect(steps.contains { $0["step"]?.string == "install" && $0["uid"] != nil })
        }
    }

    @Test func nothingElseIsDoneForWhoeverIsThere() async throws {
        guard Shell.has("python3") else { return }
        try await InProcessGateway().serving { gateway in
            try await gateway.awaitSocket()
            let before = try gateway.records().count
            for line in [
                #"{"ca":"rotate"}"#, #"{"ca":"install"}"#, #"{"ca":"csr","csr":"x"}"#, "{}", "[]",
                #"{"ca":"revoke","certificate":"x"}"#, #"{"ca":"rotate","crl":"x"}"#,
                #"{"crl":"x"}"#, "",
            ] {
                let script = """
                    import socket, sys
                    s = socket.socket(socket.AF_UNIX)
                    s.connect("data/admin.sock")
                    s.sendall(sys.argv[1].encode() + b"\\n")
                    print(s.recv(1000).decode())
                    """
                let said = try await Shell.run(
                    aside: ["python3", "-c", script, line], directory: gateway.folder)
                #expect(said.output.contains(#"{"error":"#), "\(line): \(said)")
            }
            #expect(try gateway.records().count == before)
        }
    }
}
