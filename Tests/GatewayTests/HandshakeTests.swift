import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Who gets through the TLS handshake and who does not, seen with `openssl s_client`.
@Suite(.enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct HandshakeTests {
    private let request = "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\r\n"

    @Test func takesACertificateOfItsOwnIntermediate() async throws {
        try await InProcessGateway().serving { gateway in
            let files = try await issue(gateway)
            let answer = try await ask(gateway, files).answer
            #expect(answer.hasPrefix("HTTP/1.1 403 "))
        }
    }

    @Test func refusesAPeerWithoutCertificate() async throws {
        try await expectRefusal("no_client_certificate: the peer presented no") { _ in nil }
    }

    /// A client of HTTP/2 sends right behind its part of the handshake, and reads the alert all the same.
    @Test(arguments: ["--http1.1", "--http2"])
    func aClientWithoutACertificateReadsWhy(version: String) async throws {
        try await InProcessGateway().serving { gateway in
            for _ in 0..<20 {
                let result = try await Shell.run(
                    aside: [
                        "curl", "-sS", version, "--max-time", "5", "--cacert", "certs/bundle.pem",
                        gateway.serviceAddress + "/api/maxine/status",
                    ], directory: gateway.folder)
                #expect(result.error.contains("alert certificate required"), "\(result.error)")
            }
        }
    }

    @Test func refusesACertificateOfAStrangerForTheSameTrustDomain() async throws {
        try await expectRefusal("untrusted:") { gateway in
            try OpenSSLAuthority(strangerIn: gateway.folder).issue("foreign")
        }
    }

    @Test func refusesAStrangerWhoSendsOurIntermediateAlong() async throws {
        try await expectRefusal("out_of_order:") { gateway in
            let stranger = try OpenSSLAuthority(strangerIn: gateway.folder)
            var files = try stranger.issue("foreign", withChain: false)
            files.chain = "data/pki/intermediate.pem"
            return files
        }
    }

    @Test func refusesAnExpiredCertificate() async throws {
        try await expectRefusal("expired: the leaf certificate expired at ") { gateway in
            try gateway.intermediate.issue("expired", gateway.plan(from: -7200, to: -3600))
        }
    }

    @Test func refusesACertificateThatIsNotValidYet() async throws {
        try await expectRefusal("not_yet_valid:") { gateway in
            try gateway.intermediate.issue("early", gateway.plan(from: 3600, to: 7200))
        }
    }

    @Test func refusesTheIntermediateItselfAsLeaf() async throws {
        let reason = "key_usage: the leaf certificate's key usage does not allow TLS"
        try await expectRefusal(reason) { _ in
            IdentityFiles(
                certificate: "data/pki/intermediate.pem", key: "data/pki/intermediate.key",
                chain: nil)
        }
    }

    @Test func refusesAnAuthorityThatClaimsAWorkloadsName() async throws {
        try await expectRefusal("leaf_is_authority:") { gateway in
            var plan = gateway.plan()
            plan.isAuthority = true
            plan.authorityUsage = "digitalSignature,keyCertSign"
            return try gateway.intermediate.issue("authority", plan)
        }
    }

    @Test func refusesTwoURINames() async throws {
        try await expectRefusal("identity:") { gateway in
            var plan = gateway.plan()
            plan.uris.append("spiffe://maxine.local/ns/default/dc/dc1/svc/api")
            return try gateway.intermediate.issue("two", plan)
        }
    }

    @Test func refusesAServerCertificateAsClient() async throws {
        try await expectRefusal("extended_key_usage:") { gateway in
            var plan = gateway.plan()
            plan.usages = "serverAuth"
            return try gateway.intermediate.issue("server", plan)
        }
    }

    @Test func refusesTLSBelow13() async throws {
        let reason = "unsupported_version: the peer speaks no TLS version that is spoken here"
        try await expectRefusal(reason, options: ["-tls1_2"]) { _ in .operator }
    }

    @Test func refusesAResumedSessionOnceTheCertificateHasExpired() async throws {
        try await InProcessGateway().serving { gateway in
            let files = try await issue(gateway, to: 8)
            let first = try await ask(gateway, files, ["-sess_out", "session.pem"])
            #expect(first.answer.hasPrefix("HTTP/1.1 403 "), "\(first.complaints)")
            let resumed = try await ask(gateway, files, ["-sess_in", "session.pem"])
            #expect(resumed.answer.hasPrefix("HTTP/1.1 403 "), "\(resumed.complaints)")
            let accepted = try #require(
                try gateway.journal().last { $0["action"]?.string == "system.read" })
            #expect(
                accepted["client"]?["resumed"] == .bool(true), "the session was not resumed")
            gateway.clock.advance(by: .seconds(9))
            let record = try await expectRefusal(
                gateway, files, "expired:", options: ["-sess_in", "session.pem"])
            #expect(record?["client"]?["resumed"] == .bool(true))
        }
    }

    @Test(arguments: ["http/1.1", "h2"])
    func closesALiveConnectionWhenItsCertificateExpires(protocols: String) async throws {
        try await InProcessGateway().serving { gateway in
            let files = try await issue(gateway, to: 2)
            gateway.clock.advance(by: .nanoseconds(1_999_999_999))
            let (pipe, answer, isClosed) = try await Shell.aside {
                let pipe = try TLSPipe(gateway, as: files, protocols: protocols)
                if protocols == "h2" {
                    pipe.send(HTTP2Frames.preface)
                    pipe.read { $0.count >= 9 }
                    return (pipe, "", pipe.isClosed)
                }
                pipe.send(request)
                return (pipe, pipe.answer(), pipe.isClosed)
            }
            #expect(protocols == "h2" || answer.hasPrefix("HTTP/1.1 403 "), "\(answer)")
            try await gateway.tick(.certificates)
            #expect(!isClosed)
            gateway.clock.advance(by: .nanoseconds(1))
            try await gateway.tick(.certificates)
            #expect(try await Shell.aside { pipe.waitForClose() })
        }
    }

    /// After a sleep of the machine, or a clock that was set, no timer of the connection has run yet.
    @Test func takesNothingFromALiveConnectionWhoseCertificateHasExpired() async throws {
        try await InProcessGateway().serving { gateway in
            let files = try await issue(gateway, to: 60)
            let pipe = try await connect(gateway, files)
            gateway.clock.setWall(by: .seconds(61))
            let answer = try await Shell.aside {
                pipe.send(request)
                return pipe.answer()
            }
            #expect(answer.hasPrefix("HTTP/1.1 401 "), "\(answer)")
            let record = try gateway.journal().last { $0["action"]?.string == "system.read" }
            #expect(record?["gate"]?.string == "authn")
            #expect(record?["reason"]?.string?.contains("expired") == true)
            try await gateway.tick(.certificates)
            #expect(try await Shell.aside { pipe.waitForClose() })
        }
    }

    @Test func aClockThatIsSetBackEndsNoConnectionBeforeItsCertificate() async throws {
        try await InProcessGateway().serving { gateway in
            let files = try await issue(gateway, to: 60)
            let pipe = try await connect(gateway, files)
            gateway.clock.advance(by: .seconds(30))
            gateway.clock.setWall(by: .seconds(-29))
            gateway.clock.advance(by: .seconds(31))
            try await gateway.tick(.certificates)
            let answer = try await Shell.aside {
                pipe.send(request)
                return pipe.answer()
            }
            #expect(answer.hasPrefix("HTTP/1.1 403 "), "\(answer)")
        }
    }

    /// Opens a connection that has had one answer.
    private func connect(
        _ gateway: InProcessGateway, _ files: IdentityFiles
    ) async throws -> TLSPipe {
        let (pipe, first) = try await Shell.aside {
            let pipe = try TLSPipe(gateway, as: files)
            pipe.send(request)
            return (pipe, pipe.answer())
        }
        #expect(first.hasPrefix("HTTP/1.1 403 "), "\(first)")
        return pipe
    }

    private func issue(_ gateway: InProcessGateway, to end: Double = 600) async throws
        -> IdentityFiles
    {
        let plan = gateway.plan(from: -60, to: end)
        let files = try await Shell.aside { try gateway.intermediate.issue("good", plan) }
        try await gateway.vouch(for: files, until: plan.ends)
        return files
    }

    /// Sends one request on a connection of its own.
    private func ask(
        _ gateway: InProcessGateway, _ files: IdentityFiles, _ options: [String] = []
    ) async throws -> (answer: String, complaints: String) {
        try await Shell.aside {
            let pipe = try TLSPipe(gateway, as: files, options: options)
            pipe.send(request)
            defer { pipe.close() }
            return (pipe.answer(), pipe.complaints)
        }
    }

    private func expectRefusal(
        _ reason: String, options: [String] = [],
        _ identity: @escaping @Sendable (InProcessGateway) throws -> IdentityFiles?
    ) async throws {
        try await InProcessGateway().serving { gateway in
            let files = try await Shell.aside { try identity(gateway) }
            try await expectRefusal(gateway, files, reason, options: options)
        }
    }

    /// No answer, a closed connection, and a record of gate authn that names the cause.
    @discardableResult
    private func expectRefusal(
        _ gateway: InProcessGateway, _ files: IdentityFiles?, _ reason: String,
        options: [String] = []
    ) async throws -> JSONValue? {
        let (pipe, isClosed) = try await Shell.aside {
            let pipe = try TLSPipe(gateway, as: files, options: options)
            pipe.send(request)
            return (pipe, pipe.waitForClose())
        }
        #expect(isClosed)
        #expect(pipe.received.isEmpty, "\(String(decoding: pipe.received, as: UTF8.self))")
        let record = try await gateway.awaitRecord { $0["action"]?.string == "tls.handshake" }
        #expect(record?["decision"]?.string == "deny")
        #expect(record?["gate"]?.string == "authn")
        #expect(record?["principal"]?["kind"]?.string == "anonymous")
        #expect(record?["client"]?["ip"]?.string == "127.0.0.1")
        let said = record?["reason"]?.string ?? ""
        #expect(said.hasPrefix(reason), "\(said) | \(pipe.complaints)")
        #expect(try await gateway.curl("GET", "/api/maxine/status").status == 200)
        return record
    }
}

extension InProcessGateway {
    /// The gateway's own intermediate, in the hands of a test.
    fileprivate var intermediate: OpenSSLAuthority { OpenSSLAuthority(intermediateOf: folder) }

    /// A good leaf that is valid for these seconds by the gateway's clock.
    fileprivate func plan(from begin: Double = -60, to end: Double = 600) -> OpenSSLAuthority.Plan {
        var plan = OpenSSLAuthority.Plan()
        plan.begins = clock.date.addingTimeInterval(begin)
        plan.ends = clock.date.addingTimeInterval(end)
        return plan
    }
}
