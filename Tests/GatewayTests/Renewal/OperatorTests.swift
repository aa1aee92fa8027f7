import Foundation
@testable import Gateway
import StrictJSON
import Support
import Testing

/// Operators are made by others over the API, and on the gateway's machine whatever has become of them.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct OperatorTests {
    private static let limited = """
        maxine_policy: 1
        name: limited
        roles: { issuer: { actions: [identity.issue] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/operator" }] }
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/boss" }] }
          - { role: issuer, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/helper" }] }
          - { role: issuer, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/other" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
        acl:
          - id: all
            effect: allow
            subjects: [role:admin, role:issuer]
            actions: [identity.issue]
            resources: { services: ["*"], namespaces: ["*"] }
        """

    private func make(
        _ name: String, as identity: String? = nil, ttl: Int? = nil, in gateway: InProcessGateway
    ) async throws -> CurlAnswer {
        try await gateway.renew(
            id: "spiffe://maxine.local/operator/\(name)", as: identity, to: name, ttl: ttl,
            at: "/api/maxine/identity/operators")
    }

    @Test func anOperatorMakesAnotherByName() async throws {
        try await InProcessGateway().serving { gateway in
            let made = try await make("alice", in: gateway)
            #expect(made.status == 200, "\(made.body)")
            let used = try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "alice")
            #expect(used.body.contains("/operator/alice"), "\(used.body)")
            let next = try await make("bob", as: "alice", ttl: 3600, in: gateway)
            #expect(next.status == 200, "\(next.body)")
            let again = try await make("alice", as: "bob", in: gateway)
            #expect(again.status == 200, "an operator renewed by another: \(again.body)")
            let serial = try await gateway.serial(of: "alice/svid.pem").lowercased()
            let outcome = try await gateway.awaitRecord {
                $0["type"]?.string == "outcome" && $0["detail"]?["serial"]?.string == serial
            }
            #expect(outcome != nil)
            let records = try gateway.journal().suffix(3)
            #expect(
                records.compactMap { $0["action"]?.string } == [
                    "identity.issue", "identity.certificate", "identity.issue",
                ])
            #expect(records.first?["resource"]?["id"]?.string == "operator/alice")
            #expect(
                records.first?["principal"]?["id"]?.string == "spiffe://maxine.local/operator/bob")
            #expect(records.dropFirst().first?["detail"]?["serial"]?.string == serial)
        }
    }

    @Test func nobodyMakesAnOperatorWhoMayMore() async throws {
        try await InProcessGateway(policy: Self.limited).serving { gateway in
            try await gateway.issue("web")
            let service = try await make("boss", as: "web", in: gateway)
            #expect(service.status == 403, "\(service.body)")
            #expect(service.body.contains("gate intention"), "\(service.body)")
            let helper = try await make("helper", in: gateway)
            #expect(helper.status == 200, "\(helper.body)")
            let boss = try await make("boss", as: "helper", in: gateway)
            #expect(boss.status == 403, "\(boss.body)")
            #expect(boss.body.contains("not yours to give"), "\(boss.body)")
            #expect(!FileManager.default.fileExists(atPath: gateway.left.path("boss/svid.pem")))
            let other = try await make("other", as: "helper", in: gateway)
            #expect(other.status == 200, "\(other.body)")
            for id in [
                "spiffe://elsewhere.example/operator/x", "spiffe://maxine.local/operator/bundle",
            ] {
                let wrong = try await gateway.renew(
                    id: id, as: nil, to: "wrong", at: "/api/maxine/identity/operators")
                #expect(wrong.status == 422, "\(wrong.body)")
            }
            let longer = try await make("other", ttl: 90 * 86_400 + 1, in: gateway)
            #expect(longer.status == 422, "\(longer.body)")
        }
    }

    @Test func onItsMachineTheGatewayMakesOnesWhileItRunsAndTheCommandWhileItDoesNot() async throws
    {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            #expect(try gateway.left.mode("data/admin.sock") == 0o600)
            let lines = try await Assembly.createOperator(gateway.settings, name: "alice")
            #expect(lines.count == 3, "\(lines)")
            #expect(try gateway.left.mode("certs/alice.key") == 0o600)
            let answer = try await gateway.answer(to: .ofOperator("alice"))
            #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
            let records = try gateway.journal().filter {
                $0["action"]?.string == "operator.create"
            }
            #expect(records.count == 2 && records.last?["detail"]?["done"] == .bool(true))
            #expect(records.first?["detail"]?["uid"]?.integer == Int64(geteuid()))
            await #expect(throws: (any Error).self, "no name") {
                try await Assembly.createOperator(gateway.settings, name: "a/b")
            }
        }
        #expect(!FileManager.default.fileExists(atPath: gateway.left.path("data/admin.sock")))
        // By the machine's clock, which is within the hour that the gateway's stands at the beginning of.
        _ = try await Assembly.createOperator(gateway.settings, name: "bob")
        gateway.clock.advance(by: .seconds(3600))
        try await gateway.serving { gateway in
            for name in ["alice", "bob"] {
                let answer = try await gateway.answer(to: .ofOperator(name))
                #expect(answer.hasPrefix("HTTP/1.1 200"), "\(name): \(answer)")
            }
        }
    }

    @Test func anotherUserIsNotAnswered() async throws {
        let peer = PeerUser(id: 1000)
        #expect(peer.mayAct(as: 1000) && !peer.mayAct(as: 1001))
        #expect(PeerUser(id: 0).mayAct(as: 1000))
        // One that everybody may run.
        let python = "/usr/bin/python3"
        guard geteuid() == 0, Shell.has("setpriv"),
            FileManager.default.isExecutableFile(atPath: python)
        else { return }
        try await InProcessGateway().serving { gateway in
            try await gateway.awaitSocket()
            for place in ["", "data", "data/admin.sock"] {
                chmod(gateway.left.path(place), 0o777)
            }
            let script = """
                import socket
                s = socket.socket(socket.AF_UNIX)
                s.connect("data/admin.sock")
                s.sendall(b'{"csr":""}\\n')
                print("answer", s.recv(100))
                """
            func answer(_ prefix: [String]) async throws -> String {
                try await Shell.run(
                    aside: prefix + [python, "-c", script], directory: gateway.folder
                ).output
            }
            let own = try await answer([])
            #expect(own.contains("error"), "\(own)")
            let other = try await answer(["setpriv", "--reuid=65534", "--clear-groups"])
            #expect(other.hasPrefix("answer b''"), "\(other)")
        }
    }

    @Test func oneShortLineIsAnsweredAndNoMore() async throws {
        guard Shell.has("python3") else { return }
        try await InProcessGateway().serving { gateway in
            try await gateway.awaitSocket()
            func answers(_ sent: String) async throws -> String {
                let script = """
                    import socket
                    s = socket.socket(socket.AF_UNIX)
                    s.settimeout(15)
                    s.connect("data/admin.sock")
                    answer = b""
                    try:
                        s.sendall(\(sent))
                        while True:
                            part = s.recv(1000)
                            if not part: break
                            answer += part
                    except (BrokenPipeError, ConnectionResetError): pass
                    print(answer.count(b"error"))
                    """
                let said = try await Shell.run(
                    aside: ["python3", "-c", script], directory: gateway.folder)
                return said.output.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            #expect(try await answers("b'{}\\n'") == "1")
            #expect(try await answers("b'{}\\n{}\\n{}\\n'") == "1")
            #expect(try await answers("b'{' * 100_000") == "0", "closed before it ends")
        }
    }

    @Test func withoutTheLogNothingIsSigned() async throws {
        let files = FaultyFiles()
        var outside = OutsideParts()
        outside.files = files
        let gateway = try InProcessGateway(outside: outside)
        try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            files.fail()
            await #expect(throws: (any Error).self) {
                try await Assembly.createOperator(gateway.settings, name: "alice")
            }
            #expect(!FileManager.default.fileExists(atPath: gateway.left.path("certs/alice.pem")))
            files.heal()
            while try await gateway.curl("GET", "/api/maxine/status").status == 503 {}
        }
        #expect(try gateway.records("operator.create").isEmpty)
    }

    /// All operators' certificates have ended: nobody is locked out for good.
    @Test func whoseCertificateHasEndedGetsInAgain() async throws {
        let days = Duration.seconds(86_400)
        let gateway = try InProcessGateway(
            clock: TestClock(nanoseconds: TestClock.start - 91 * 86_400_000_000_000))
        try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            gateway.clock.advance(by: days * 91)
            try await gateway.tick(.certificates)
            let late = try await gateway.answer(to: .ofOperator("operator"))
            #expect(late.isEmpty, "\(late)")
            _ = try await Assembly.createOperator(gateway.settings, name: "operator")
            let answer = try await gateway.answer(to: .ofOperator("operator"))
            #expect(answer.hasPrefix("HTTP/1.1 200"), "\(answer)")
        }
    }

    @Test func aFolderWithALongNameHasASocketToo() async throws {
        let gateway = try InProcessGateway {
            $0.dataDirectory += "/" + String(repeating: "long", count: 30)
        }
        try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            let lines = try await Assembly.createOperator(gateway.settings, name: "alice")
            #expect(lines.count == 3)
        }
    }
}

extension InProcessGateway {
    /// Waits until the gateway listens on its machine; it does so once it runs.
    func awaitSocket() async throws {
        let path = settings.dataDirectory + "/admin.sock"
        for _ in 0..<1000 {
            let facts = try? FileManager.default.attributesOfItem(atPath: path)
            if facts?[.posixPermissions] as? Int == 0o600 { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw TestFault(description: "no admin socket: \(logText())")
    }
}
