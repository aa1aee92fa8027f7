import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Others ask about one certificate, and what they are told is signed.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct StatusTests {
    /// What openssl is told of a leaf, by either hash; it knows our root, and the issuer.
    private func told(
        of leaf: String, _ gateway: InProcessGateway, hash: String = "-sha1"
    ) async throws -> String {
        let said = try await gateway.openssl(
            "ocsp", hash, "-issuer", gateway.intermediateFile, "-cert", leaf, "-no_nonce", "-url",
            gateway.revocationAddress + "/ocsp", "-CAfile", gateway.rootFile)
        guard said.error.contains("Response verify OK") else { return "unverified: \(said.error)" }
        let lines = said.output.split(separator: "\n").map(String.init)
        return lines.joined(separator: " ").replacing("\(leaf): ", with: "")
    }

    @Test(arguments: ["-sha1", "-sha256"])
    func opensslIsToldWhatIsGoodRevokedAndNeverIssued(hash: String) async throws {
        try await InProcessGateway.publishing().serving { gateway in
            try await gateway.issue("web")
            try await gateway.issue("api")
            var said = try await told(of: "web/svid.pem", gateway, hash: hash)
            #expect(said.hasPrefix("good "), "\(said)")
            let id = InProcessGateway.spiffeID("web")
            let revoked = try await gateway.revoke(#""spiffeId":"\#(id)""#, why: "keyCompromise")
            #expect(revoked.status == 200, "\(revoked.body)")
            try await gateway.tick(.publication)
            said = try await told(of: "web/svid.pem", gateway, hash: hash)
            #expect(said.hasPrefix("revoked ") && said.contains("keyCompromise"), "\(said)")
            said = try await told(of: "api/svid.pem", gateway, hash: hash)
            #expect(said.hasPrefix("good "), "\(said)")
            // The thief's certificate is as good as any, but for our log.
            let folder = gateway.folder
            let forged = try await Shell.aside {
                try OpenSSLAuthority(intermediateOf: folder).issue("forged", withChain: false)
            }
            said = try await told(of: forged.certificate, gateway, hash: hash)
            #expect(said.hasPrefix("revoked ") && said.contains("certificateHold"), "\(said)")
            #expect(said.contains("Jan  1 00:00:00 1970"), "\(said)")
        }
    }

    @Test func aRequestInAPathIsAnsweredForCachesToo() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            try await gateway.issue("web")
            let asked = try await gateway.statusRequest("-cert", "web/svid.pem")
            let path = "/ocsp/" + asked.base64EncodedString()
            let escaped = "/ocsp/" + gateway.escaped(asked.base64EncodedString())
            for path in [path, escaped] {
                let answer = try await gateway.askPublic(path, to: "ocsp.der")
                #expect(answer.headers["content-type"] == "application/ocsp-response")
                #expect(
                    answer.headers["cache-control"]
                        == "public, max-age=60, no-transform, must-revalidate")
                #expect(answer.headers["expires"]?.hasSuffix(" GMT") == true)
                let shown = try await gateway.openssl(
                    "ocsp", "-issuer", gateway.intermediateFile, "-cert", "web/svid.pem", "-respin",
                    "ocsp.der", "-CAfile", gateway.rootFile)
                #expect(shown.output.contains("web/svid.pem: good"), "\(shown)")
            }
            try asked.write(to: gateway.folder.appending(path: "sent.der"))
            let type = "content-type: application/ocsp-request"
            let posted = try await gateway.askPublic(
                "/ocsp", ["-H", type, "--data-binary", "@sent.der"])
            #expect(posted.status == 200 && posted.headers["cache-control"] == nil)
            let none = try await gateway.askPublic("/ocsp/AAAA")
            #expect(none.headers["cache-control"] == "no-store")
            #expect(try await gateway.askPublic("/ocsp", ["-X", "GET"]).status == 405)
            #expect(try await gateway.askPublic(path, ["-X", "POST"]).status == 405)
            let typed = try await gateway.askPublic("/ocsp", ["--data-binary", "x"])
            #expect(typed.status == 415)
        }
    }

    @Test func anAnswerIsSignedOnceAndAnewWhenHalfOfItsTimeIsOver() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            try await gateway.issue("web")
            let asked = try await gateway.statusRequest("-cert", "web/svid.pem")
            let first = try await gateway.status(asked)
            #expect(try await gateway.status(asked) == first)
            gateway.clock.advance(by: .seconds(1_799))
            #expect(try await gateway.status(asked) == first)
            gateway.clock.advance(by: .seconds(2))
            let second = try await gateway.status(asked)
            #expect(second != first)
            gateway.clock.setWall(by: .seconds(-60))
            #expect(try await gateway.status(asked) != second, "nobody takes one of the future")
            let page = try await gateway.page("/metrics")
            #expect(page.body.contains("maxine_revocation_answers_signed_total 3\n"))
        }
    }

    @Test func whoAnswersIsInTheLogAndReplacedInTime() async throws {
        let gateway = try InProcessGateway.publishing {
            $0.identity.svidTTLSeconds = 86_400
        }
        try await gateway.serving { gateway in
            let records = try gateway.responders()
            #expect(records.count == 1)
            let authority = try await gateway.keyID(of: gateway.intermediateFile)
            #expect(records.first?["authority"]?.string == authority)
            #expect(records.first?["certificate"]?.string?.count == 64)
            gateway.clock.advance(by: .seconds(23 * 3_600))
            try await gateway.tick(.publication)
            #expect(try gateway.responders().count == 1)
            gateway.clock.advance(by: .seconds(2 * 3_600))
            try await gateway.tick(.publication)
            let later = try gateway.responders()
            #expect(later.count == 2)
            #expect(later.first?["serial"]?.string != later.last?["serial"]?.string)
            // It is known itself, to those who ask about it although they need not.
            let serial = try #require(later.last?["serial"]?.string)
            let asked = try await gateway.statusRequest("-serial", "0x\(serial)")
            let shown = try await gateway.shown(try await gateway.status(asked))
            #expect(shown.contains("Cert Status: good"), "\(shown)")
            #expect(shown.contains("OCSP Signing") && shown.contains("OCSP No Check"), "\(shown)")
        }
        let serial = try #require(try gateway.responders().last?["serial"]?.string)
        try await InProcessGateway.publishing(clock: gateway.clock, folder: gateway.left).serving {
            let asked = try await $0.statusRequest("-serial", "0x\(serial)")
            let shown = try await $0.shown(try await $0.status(asked))
            #expect(shown.contains("Cert Status: good"), "a start knows of it: \(shown)")
        }
    }

    @Test func madeUpNumbersTakeNoWorkFromRealOnes() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            try await gateway.issue("web")
            let made = try await gateway.statusRequest(
                "-serial", "0x4f000000000000000000000000000001")
            let burst = PublicationLimits.unknownSignatureRate.burst
            for number in 0..<UInt16(burst) {
                let bytes = made.dropLast(2) + [UInt8(number >> 8), UInt8(number & 0xFF)]
                let answer = try await gateway.status(bytes)
                #expect(answer.count > 100, "\(number)")
            }
            let over = try await gateway.status(made.dropLast(2) + [0xFF, 0xFF])
            #expect(over == Data([0x30, 3, 0x0A, 1, 3]), "try later")
            let again = try await gateway.status(made.dropLast(2) + [0, 0])
            #expect(again.count > 100, "what is signed is given again")
            let real = try await gateway.statusRequest("-cert", "web/svid.pem")
            #expect(try await gateway.status(real).count > 100)
        }
    }

    @Test func whatIsNoRequestOrNoneForUsIsToldSo() async throws {
        try await InProcessGateway.publishing().serving { gateway in
            try await gateway.issue("web")
            let good = try await gateway.statusRequest("-cert", "web/svid.pem")
            let two = try await gateway.statusRequest(
                "-cert", "web/svid.pem", "-cert", "certs/operator.pem")
            let malformed = Data([0x30, 3, 0x0A, 1, 1])
            for bytes in [
                Data(), Data([0]), Data([0x30, 0]), good.dropLast(), good + [0], two,
                Data(repeating: 0x30, count: 4_000), Data([0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]),
            ] as [Data] {
                #expect(try await gateway.status(bytes) == malformed, "\(Array(bytes.prefix(16)))")
            }
            let long = try await gateway.askPublic(
                "/ocsp",
                [
                    "-H", "content-type: application/ocsp-request", "--data-binary",
                    String(repeating: "x", count: 5_000),
                ])
            #expect(long.status == 413)
            let other = try await gateway.statusRequest(
                "-cert", "web/svid.pem", issuer: gateway.rootFile)
            #expect(try await gateway.status(other) == Data([0x30, 3, 0x0A, 1, 6]))
            let said = try await gateway.openssl(
                "ocsp", "-issuer", gateway.intermediateFile, "-cert", "web/svid.pem", "-url",
                gateway.revocationAddress + "/ocsp", "-CAfile", gateway.rootFile)
            #expect(said.error.contains("no nonce in response"), "\(said)")
            #expect(said.output.contains("web/svid.pem: good"), "\(said)")
        }
    }

    @Test(arguments: [true, false])
    func certificatesSayWhereToAskOnlyWhereThatIsConfigured(isConfigured: Bool) async throws {
        let gateway = try InProcessGateway.publishing {
            if isConfigured { $0.identity.revocationURL = "http://pki.example.org:8080" }
        }
        try await gateway.serving { gateway in
            try await gateway.issue("web")
            let authority = try await gateway.keyID(of: gateway.intermediateFile)
            for file in ["web/svid.pem", "certs/operator.pem"] {
                let text = try await gateway.openssl("x509", "-in", file, "-noout", "-text").output
                let list = "URI:http://pki.example.org:8080/crl/\(authority).crl"
                #expect(text.contains(list) == isConfigured, "\(text)")
                let status = "OCSP - URI:http://pki.example.org:8080/ocsp"
                #expect(text.contains(status) == isConfigured, "\(text)")
            }
            let above = try await gateway.openssl(
                "x509", "-in", gateway.intermediateFile, "-noout", "-text")
            #expect(!above.output.contains("pki.example.org"))
            #expect(try await gateway.answer(to: .issued("web")).hasPrefix("HTTP/1.1 403"))
        }
    }
}

extension InProcessGateway {
    var intermediateFile: String { "data/pki/intermediate.pem" }
    var rootFile: String { "data/pki/root.pem" }

    /// A request about certificates of an issuer, as openssl writes it.
    func statusRequest(
        _ about: String..., issuer: String = "data/pki/intermediate.pem"
    ) async throws -> Data {
        let made = try await Shell.run(
            aside: ["openssl", "ocsp", "-no_nonce", "-issuer", issuer] + about
                + ["-reqout", "request.der"], directory: folder)
        guard made.status == 0 else { throw TestFault(description: made.error) }
        return try Data(contentsOf: folder.appending(path: "request.der"))
    }

    /// What a request is answered.
    func status(_ request: Data) async throws -> Data {
        try request.write(to: folder.appending(path: "sent.der"))
        let answer = try await askPublic(
            "/ocsp", to: "status.der",
            ["-H", "content-type: application/ocsp-request", "--data-binary", "@sent.der"])
        guard answer.status == 200, answer.headers["content-type"] == "application/ocsp-response"
        else { throw TestFault(description: "\(answer.status) \(answer.headers)") }
        return try Data(contentsOf: folder.appending(path: "status.der"))
    }

    /// An answer as openssl prints it.
    func shown(_ answer: Data) async throws -> String {
        try answer.write(to: folder.appending(path: "shown.der"))
        return try await openssl("ocsp", "-respin", "shown.der", "-resp_text", "-noverify").output
    }

    /// What the log says of those who answer.
    func responders() throws -> [JSONValue] {
        try journal().filter { $0["action"]?.string == "ca.ocsp-responder" }
            .compactMap { $0["detail"] }
    }

    func escaped(_ base64: String) -> String {
        base64.replacing("+", with: "%2B").replacing("/", with: "%2f").replacing("=", with: "%3D")
    }
}
