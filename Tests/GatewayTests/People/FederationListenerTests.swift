import Crypto
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What is public by nature, for anybody whom the policy lets read it.
@Suite struct FederationListenerTests {
    private func ask(
        _ gateway: InProcessGateway, _ method: String = "GET", _ path: String = "/bundle",
        headers: [String] = [], options: [String] = []
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            method, path, headers: headers, options: options, at: gateway.federationAddress)
    }

    @Test(arguments: [["--tls-max", "1.2", "--http1.1"], ["--http2"]])
    func anybodyReadsTheTrustBundleAsSPIFFEWritesIt(options: [String]) async throws {
        try await InProcessGateway().serving { gateway in
            let answer = try await ask(gateway, options: options)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.headers["content-type"] == "application/json")
            let bundle = try StrictJSON.parse(Array(answer.body.utf8))
            #expect(bundle["spiffe_refresh_hint"]?.integer == 300)
            guard case .array(let all)? = bundle["keys"], let key = all.first else {
                Issue.record("no keys in \(answer.body)")
                return
            }
            let uses = all.map { $0["use"]?.string }
            #expect(uses == ["x509-svid", "jwt-svid", "jwt-svid"])
            #expect(key["use"]?.string == "x509-svid" && key["kid"] == nil)
            #expect(key["kty"]?.string == "EC" && key["crv"]?.string == "P-256")
            let certificate = try pem(gateway.folder.appending(path: "certs/bundle.pem"))
            guard case .array(let x5c)? = key["x5c"] else {
                Issue.record("no x5c in \(answer.body)")
                return
            }
            #expect(x5c.map(\.string) == [certificate.base64EncodedString()])
            let point =
                Data([4]) + (try base64URL(key["x"]?.string)) + (try base64URL(key["y"]?.string))
            #expect(certificate.range(of: point) != nil, "the key is that of the certificate")
            #expect(throws: Never.self) { try P256.Signing.PublicKey(x963Representation: point) }
            let record = try gateway.record(of: answer)
            #expect(record["action"]?.string == "federation.read")
            #expect(record["principal"]?["kind"]?.string == "anonymous")
        }
    }

    @Test func thePolicyOpensItOrNot() async throws {
        try await InProcessGateway(policy: "maxine_policy: 1\nname: closed\n").serving { gateway in
            let answer = try await ask(gateway)
            #expect(answer.status == 401)
        }
    }

    @Test func nothingElseIsThere() async throws {
        try await InProcessGateway().serving { gateway in
            #expect(try await ask(gateway, "POST").status == 405)
            #expect(try await ask(gateway, "GET", "/api/maxine/services").status == 404)
            #expect(try await ask(gateway, "GET", "/bundle?x=1").status == 400)
            let head = try await ask(gateway, "HEAD", options: ["--head", "-o", "/dev/null"])
            #expect(head.status == 200 && head.body.isEmpty)
            let credential = try await ask(gateway, headers: ["authorization: Bearer alice"])
            #expect(credential.status == 401, "no credential is taken where all is public")
        }
    }

    @Test func aListenerThatIsOffIsNotThere() async throws {
        let gateway = try InProcessGateway {
            $0.listen.people = nil
            $0.listen.federation = nil
        }
        try await gateway.serving { gateway in
            #expect(gateway.peopleAddress.isEmpty && gateway.federationAddress.isEmpty)
            let answer = try await gateway.curl("GET", "/api/maxine/status")
            #expect(answer.status == 200)
        }
    }

    private func pem(_ file: URL) throws -> Data {
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let text = lines.filter { !$0.hasPrefix("-") }.joined()
        return try #require(Data(base64Encoded: text))
    }

    private func base64URL(_ text: String?) throws -> Data {
        let given = try #require(text)
        var padded = String(given.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        while padded.count % 4 != 0 { padded.append("=") }
        return try #require(Data(base64Encoded: padded))
    }
}
