import Foundation
import StrictJSON
import Testing

/// Who gets through the TLS handshake and who does not, seen with `openssl s_client`.
@Suite(.serialized, .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct HandshakeTests {
    private let request = "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\r\n"

    @Test func takesACertificateOfItsOwnIntermediate() throws {
        let gateway = try started()
        let pipe = try TLSPipe(gateway, as: gateway.intermediate.issue("good"))
        pipe.send(request)
        #expect(pipe.answer().hasPrefix("HTTP/1.1 403 "))
        #expect(gateway.stop() == 0)
    }

    @Test func refusesAPeerWithoutCertificate() throws {
        try expectRefusal(try started(), nil, "no_client_certificate: the peer presented no")
    }

    @Test func refusesACertificateOfAStrangerForTheSameTrustDomain() throws {
        let gateway = try started()
        let stranger = try OpenSSLAuthority(strangerIn: gateway.folder)
        try expectRefusal(gateway, stranger.issue("foreign"), "untrusted:")
    }

    @Test func refusesAStrangerWhoSendsOurIntermediateAlong() throws {
        let gateway = try started()
        let stranger = try OpenSSLAuthority(strangerIn: gateway.folder)
        var files = try stranger.issue("foreign", withChain: false)
        files.chain = "data/pki/intermediate.pem"
        try expectRefusal(gateway, files, "out_of_order:")
    }

    @Test func refusesAnExpiredCertificate() throws {
        let gateway = try started()
        var plan = OpenSSLAuthority.Plan()
        plan.begins = Date(timeIntervalSinceNow: -7200)
        plan.ends = Date(timeIntervalSinceNow: -3600)
        try expectRefusal(
            gateway, gateway.intermediate.issue("expired", plan),
            "expired: the leaf certificate expired at ")
    }

    @Test func refusesACertificateThatIsNotValidYet() throws {
        let gateway = try started()
        var plan = OpenSSLAuthority.Plan()
        plan.begins = Date(timeIntervalSinceNow: 3600)
        plan.ends = Date(timeIntervalSinceNow: 7200)
        try expectRefusal(gateway, gateway.intermediate.issue("early", plan), "not_yet_valid:")
    }

    @Test func refusesTheIntermediateItselfAsLeaf() throws {
        let gateway = try started()
        let files = CertificateFiles(
            certificate: "data/pki/intermediate.pem", key: "data/pki/intermediate.key", chain: nil)
        try expectRefusal(
            gateway, files, "key_usage: the leaf certificate's key usage does not allow TLS")
    }

    @Test func refusesAnAuthorityThatClaimsAWorkloadsName() throws {
        let gateway = try started()
        var plan = OpenSSLAuthority.Plan()
        plan.isAuthority = true
        plan.authorityUsage = "digitalSignature,keyCertSign"
        try expectRefusal(
            gateway, gateway.intermediate.issue("authority", plan), "leaf_is_authority:")
    }

    @Test func refusesTwoURINames() throws {
        let gateway = try started()
        var plan = OpenSSLAuthority.Plan()
        plan.uris.append("spiffe://maxine.local/ns/default/dc/dc1/svc/api")
        try expectRefusal(gateway, gateway.intermediate.issue("two", plan), "identity:")
    }

    @Test func refusesAServerCertificateAsClient() throws {
        let gateway = try started()
        var plan = OpenSSLAuthority.Plan()
        plan.usages = "serverAuth"
        try expectRefusal(
            gateway, gateway.intermediate.issue("server", plan), "extended_key_usage:")
    }

    @Test func refusesTLSBelow13() throws {
        try expectRefusal(
            try started(), .operator, "unsupported_version: the peer does not speak TLS 1.3",
            options: ["-tls1_2"])
    }

    @Test func refusesAResumedSessionOnceTheCertificateHasExpired() throws {
        let gateway = try started()
        var plan = OpenSSLAuthority.Plan()
        plan.ends = Date(timeIntervalSinceNow: 8)
        let files = try gateway.intermediate.issue("short", plan)
        let first = try TLSPipe(gateway, as: files, options: ["-sess_out", "session.pem"])
        first.send(request)
        #expect(first.answer().hasPrefix("HTTP/1.1 403 "), "\(first.complaints)")
        first.close()
        let resumed = try TLSPipe(gateway, as: files, options: ["-sess_in", "session.pem"])
        resumed.send(request)
        #expect(resumed.answer().hasPrefix("HTTP/1.1 403 "), "\(resumed.complaints)")
        resumed.close()
        let accepted = try #require(
            try gateway.journal().last { $0["action"]?.string == "system.read" })
        #expect(accepted["client"]?["resumed"] == .bool(true), "the session was not resumed")
        while Date() < plan.ends.addingTimeInterval(1.5) { usleep(100_000) }
        let record = try expectRefusal(
            gateway, files, "expired:", options: ["-sess_in", "session.pem"])
        #expect(record?["client"]?["resumed"] == .bool(true))
    }

    @Test(arguments: ["http/1.1", "h2"])
    func closesALiveConnectionWhenItsCertificateExpires(protocols: String) throws {
        let gateway = try started()
        var plan = OpenSSLAuthority.Plan()
        plan.ends = Date(timeIntervalSinceNow: 6)
        let files = try gateway.intermediate.issue("short", plan)
        let pipe = try TLSPipe(gateway, as: files, protocols: protocols)
        if protocols == "h2" {
            pipe.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
            pipe.read { $0.count >= 9 }
        } else {
            pipe.send(request)
            #expect(pipe.answer().hasPrefix("HTTP/1.1 403 "))
        }
        #expect(!pipe.isClosed)
        #expect(pipe.waitForClose(seconds: 20))
        let late = Date().timeIntervalSince(plan.ends)
        #expect(late > -1 && late < 5, "closed \(late) s after the certificate's end")
        #expect(gateway.stop() == 0)
    }

    private func started() throws -> GatewayProcess {
        let gateway = try GatewayProcess()
        try gateway.start()
        return gateway
    }

    /// No answer, a closed connection, and a record of gate authn that names the cause.
    @discardableResult
    private func expectRefusal(
        _ gateway: GatewayProcess, _ files: CertificateFiles?, _ reason: String,
        options: [String] = []
    ) throws -> JSONValue? {
        let pipe = try TLSPipe(gateway, as: files, options: options)
        pipe.send(request)
        #expect(pipe.waitForClose())
        #expect(pipe.received.isEmpty, "\(String(decoding: pipe.received, as: UTF8.self))")
        let record = try gateway.awaitRecord { $0["action"]?.string == "tls.handshake" }
        #expect(record?["decision"]?.string == "deny")
        #expect(record?["gate"]?.string == "authn")
        #expect(record?["principal"]?["kind"]?.string == "anonymous")
        #expect(record?["client"]?["ip"]?.string == "127.0.0.1")
        let said = record?["reason"]?.string ?? ""
        #expect(said.hasPrefix(reason), "\(said) | \(pipe.complaints)")
        #expect(try gateway.curl("GET", "/api/maxine/status").status == 200)
        #expect(gateway.stop() == 0)
        return record
    }
}
