import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// One test for each row of the table in docs/operations.md: the clock a day before each end, at it and after it.
///
/// Clients are `openssl s_client`, which looks at no time: what is told here is what the gateway takes.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct EndsTests {
    private static let day = Duration.seconds(86_400)
    private static let policy = """
        maxine_policy: 1
        name: all
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
        acl:
          - { id: all, effect: allow, subjects: [role:admin], actions: ["*"], resources: { services: ["*"], namespaces: ["*"] } }
        """

    /// Lives in days: root 40, intermediate 20, operator 10, leaf 7, the gateway's own 2.
    private func gateway(
        _ change: @escaping (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        try InProcessGateway(policy: Self.policy) {
            change(&$0)
            $0.identity.rootSeconds = 40 * 86_400
            $0.identity.intermediateSeconds = 20 * 86_400
            $0.identity.svidTTLSeconds = 7 * 86_400
            $0.identity.svidTTLSecondsMax = 7 * 86_400
            $0.identity.serverTTLSeconds = 2 * 86_400
        }
    }

    /// What somebody is answered on a new connection, by its first line; empty where the handshake is refused.
    private func word(
        _ gateway: InProcessGateway, _ files: IdentityFiles
    ) async throws -> String {
        try await String(gateway.answer(to: files).prefix { $0 != "\r" }.dropFirst(9).prefix(3))
    }

    private func post(
        _ path: String, _ body: String, as files: IdentityFiles, in gateway: InProcessGateway
    ) async throws -> String {
        try await Shell.aside {
            let pipe = try TLSPipe(gateway, as: files)
            defer { pipe.close() }
            pipe.send(
                "POST \(path) HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                    + "content-length: \(body.utf8.count)\r\n\r\n\(body)")
            return pipe.answer()
        }
    }

    @Test func aLeaf() async throws {
        try await gateway().serving { gateway in
            try await gateway.issue("web")
            let csr = try await gateway.signingRequest("web", in: "next")
            gateway.clock.advance(by: Self.day * 6)
            try await gateway.tick(.certificates)
            #expect(try await word(gateway, .issued("web")) == "200")
            let renewed = try await post(
                InProcessGateway.renew, SigningRequest.body(csr), as: .issued("web"), in: gateway)
            #expect(renewed.hasPrefix("HTTP/1.1 200"), "\(renewed)")
            gateway.clock.advance(by: Self.day)
            #expect(try await word(gateway, .issued("web")) == "401", "no grace at the end")
            gateway.clock.advance(by: .seconds(1))
            #expect(try await word(gateway, .issued("web")) == "")
            let issued = try await post(
                "/api/maxine/identity/x509-svids", SigningRequest.body(csr),
                as: .ofOperator("operator"),
                in: gateway)
            #expect(issued.hasPrefix("HTTP/1.1 200"), "\(issued)")
        }
    }

    @Test func anOperator() async throws {
        try await gateway().serving { gateway in
            try await gateway.awaitSocket()
            let files = IdentityFiles.ofOperator("operator")
            gateway.clock.advance(by: Self.day * 9)
            try await gateway.tick(.certificates)
            #expect(try await word(gateway, files) == "200")
            gateway.clock.advance(by: Self.day)
            try await gateway.tick(.authorities)
            try await gateway.tick(.certificates)
            #expect(try await word(gateway, files) == "401")
            gateway.clock.advance(by: .seconds(1))
            #expect(try await word(gateway, files) == "")
            _ = try await Assembly.createOperator(gateway.settings, name: "operator")
            #expect(try await word(gateway, files) == "200")
        }
    }

    @Test func theGatewaysOwn() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            let files = IdentityFiles.ofOperator("operator")
            let first = try gateway.records("identity.certificate").count
            for step in [Self.day, Self.day, .seconds(1)] {
                gateway.clock.advance(by: step)
                try await gateway.tick(.certificates)
                #expect(try await word(gateway, files) == "200")
            }
            // At half of its life, and at half of the next one's.
            #expect(try gateway.records("identity.certificate").count == first + 2)
        }
        gateway.clock.advance(by: Self.day * 3)
        try await gateway.serving { gateway in
            let own = try await word(gateway, .ofOperator("operator"))
            #expect(own == "200", "made at the start")
        }
    }

    @Test func anIntermediate() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            for step in [Self.day * 10, Self.day * 9, Self.day, .seconds(1)] {
                gateway.clock.advance(by: step)
                try await rounds(gateway)
                _ = try await Assembly.createOperator(gateway.settings, name: "operator")
                #expect(try await word(gateway, .ofOperator("operator")) == "200", "\(step)")
            }
        }
        // The same while the gateway was off.
        for ahead in [Self.day * 19, Self.day * 20, Self.day * 20 + .seconds(1)] {
            let second = try self.gateway()
            try await second.serving { _ in }
            second.clock.advance(by: ahead)
            try await second.serving { gateway in
                try await gateway.awaitSocket()
                _ = try await Assembly.createOperator(gateway.settings, name: "operator")
                #expect(try await word(gateway, .ofOperator("operator")) == "200", "\(ahead)")
            }
        }
    }

    /// The root's key is elsewhere, so nothing replaces it.
    @Test func anIntermediateThatNothingReplaces() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            let key = gateway.left.path("data/pki/root.key")
            try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
            gateway.clock.advance(by: Self.day * 16)
            try await rounds(gateway)
            #expect(try await gateway.page("/readyz").body.contains("intermediate certificate"))
            _ = try await Assembly.createOperator(gateway.settings, name: "operator")
            let cut = try await issue(gateway)
            #expect(cut.hasPrefix("HTTP/1.1 200"), "cut to the end of the intermediate: \(cut)")
            gateway.clock.advance(by: Self.day * 3)
            try await rounds(gateway)
            let short = try await issue(gateway)
            #expect(short.hasPrefix("HTTP/1.1 503"), "less than half: \(short)")
            gateway.clock.advance(by: Self.day)
            #expect(try await word(gateway, .ofOperator("operator")) == "401")
            gateway.clock.advance(by: .seconds(1))
            #expect(try await word(gateway, .ofOperator("operator")) == "")
            try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
            gateway.clock.advance(by: .seconds(11))
            try await rounds(gateway)
            _ = try await Assembly.createOperator(gateway.settings, name: "operator")
            #expect(try await word(gateway, .ofOperator("operator")) == "200")
        }
    }

    @Test func aRoot() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            try await gateway.awaitSocket()
            for _ in 0..<3 {
                gateway.clock.advance(by: Self.day * 10)
                try await rounds(gateway)
            }
            _ = try await Assembly.createOperator(gateway.settings, name: "operator")
            gateway.clock.advance(by: Self.day * 9)
            try await rounds(gateway)
            #expect(try await gateway.page("/readyz").body.contains("root certificate"))
            #expect(try await word(gateway, .ofOperator("operator")) == "200")
            let short = try await issue(gateway)
            #expect(short.hasPrefix("HTTP/1.1 503"), "\(short)")
            gateway.clock.advance(by: Self.day)
            #expect(try await word(gateway, .ofOperator("operator")) == "401")
            gateway.clock.advance(by: .seconds(1))
            try await rounds(gateway)
            #expect(try await word(gateway, .ofOperator("operator")) == "")
        }
        do {
            try await gateway.serving { _ in }
            Issue.record("it starts below a root that has ended")
        } catch {
            #expect("\(error)".contains("has expired"), "\(error)")
        }
    }

    @Test func aRootWhoseSuccessorSignsInTime() async throws {
        try await gateway().serving { gateway in
            try await gateway.awaitSocket()
            gateway.clock.advance(by: Self.day * 9)
            for body in [#"{"kind":"root"}"#, #"{"kind":"root","force":true}"#] {
                let step = body.contains("force") ? "activate" : "prepare"
                let taken = try await post(
                    "/api/maxine/ca/\(step)", body, as: .ofOperator("operator"), in: gateway)
                #expect(taken.hasPrefix("HTTP/1.1 200"), "\(taken)")
            }
            for step in [Self.day * 10, Self.day * 10, Self.day * 10, Self.day, Self.day] {
                gateway.clock.advance(by: step)
                try await rounds(gateway)
                _ = try await Assembly.createOperator(gateway.settings, name: "operator")
                #expect(try await word(gateway, .ofOperator("operator")) == "200", "\(step)")
            }
        }
    }

    /// Who answers others about certificates, and the lists.
    @Test func whatOthersAreTold() async throws {
        try await gateway { $0.listen.revocation = .anyPort }.serving { gateway in
            let authority = try await gateway.keyID(of: gateway.intermediateFile)
            try await gateway.issue("web")
            let asked = try await gateway.statusRequest("-cert", "web/svid.pem")
            // Made to live two days: a day before its end, at the end of the next one, and behind.
            for step in [Self.day, Self.day, Self.day, .seconds(1)] {
                gateway.clock.advance(by: step)
                try await gateway.tick(.publication)
                #expect(try await gateway.askPublic("/crl/\(authority).crl").status == 200)
                #expect(try await gateway.status(asked).count > 100, "an answer, no refusal")
            }
            #expect(try gateway.responders().count == 4)
        }
    }

    /// The people listener's own files: whoever renews them has them taken.
    @Test func thePeopleListenersFiles() async throws {
        let folder = try TestFolder()
        let gateway = try gateway {
            $0.people.certificatePath = folder.path("people.pem")
            $0.people.keyPath = folder.path("people.key")
        }
        @Sendable func make(days: Int) async throws {
            let made = try await Shell.run(
                aside: [
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:P-256", "-nodes", "-keyout", "people.key", "-out",
                    "people.pem", "-subj", "/CN=people", "-days", String(days),
                ], directory: folder.url)
            #expect(made.status == 0, "\(made.error)")
            try folder.chmod("people.key", 0o600)
        }
        try await make(days: 4)
        try await gateway.serving { gateway in
            #expect(try await !gateway.page("/readyz").body.contains("people certificate"))
            gateway.clock.advance(by: Self.day * 3)
            #expect(try await gateway.page("/readyz").body.contains("people certificate"))
            gateway.clock.advance(by: Self.day + .seconds(3_600))
            try await gateway.tick(.identity)
            #expect(try await gateway.page("/readyz").body.contains("ended at"))
            try await make(days: 40)
            try await gateway.tick(.identity)
            #expect(try await !gateway.page("/readyz").body.contains("people certificate"))
        }
    }

    private func issue(_ gateway: InProcessGateway) async throws -> String {
        let csr = try await gateway.signingRequest("web", in: "web")
        return try await post(
            "/api/maxine/identity/x509-svids", SigningRequest.body(csr),
            as: .ofOperator("operator"),
            in: gateway)
    }

    private func rounds(_ gateway: InProcessGateway) async throws {
        try await gateway.tick(.authorities)
        try await gateway.tick(.certificates)
    }
}
