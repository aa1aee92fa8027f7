import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What others read of us as an issuer of tokens, on the federation listener.
@Suite(.timeLimit(.minutes(10))) struct IssuerPagesTests {
    let harness: TokenHarness

    init() throws { harness = try TokenHarness() }

    private func page(_ gateway: InProcessGateway, _ path: String) async throws -> CurlAnswer {
        try await gateway.curl("GET", path, at: gateway.federationAddress)
    }

    private func keys(_ answer: CurlAnswer) throws -> [JSONValue] {
        guard case .array(let keys)? = try StrictJSON.parse(Array(answer.body.utf8))["keys"] else {
            throw TestFault(description: "no keys: \(answer.body)")
        }
        return keys
    }

    @Test func anybodyReadsKeysAndMetadataAndCachesKeepThem() async throws {
        try await harness.gateway().serving { gateway in
            let set = try await page(gateway, "/keys")
            #expect(set.status == 200)
            #expect(set.headers["cache-control"] == "public, max-age=300")
            for key in try keys(set) {
                #expect(key["kty"]?.string == "EC" && key["crv"]?.string == "P-256")
                #expect(key["use"]?.string == "sig" && key["alg"]?.string == "ES256")
                #expect(key["d"] == nil && key["kid"]?.string?.count == 43)
            }
            let metadata = try await page(gateway, "/.well-known/openid-configuration")
            #expect(metadata.headers["cache-control"] == "public, max-age=300")
            let value = try StrictJSON.parse(Array(metadata.body.utf8))
            #expect(value["issuer"]?.string == TokenHarness.issuer)
            #expect(value["jwks_uri"]?.string == TokenHarness.issuer + "/keys")
            for endpoint in ["authorization_endpoint", "userinfo_endpoint", "token_endpoint"] {
                #expect(value[endpoint] == nil, "what is not there is not named")
            }
            #expect(try gateway.record(of: metadata)["action"]?.string == "federation.read")
        }
    }

    @Test func nobodyReadsThemWhereThePolicyDoesNotOpenThem() async throws {
        let closed = TokenHarness.policy.replacing("{ anonymous: true }", with: "{ user: x }")
        try await harness.gateway(policy: closed).serving { gateway in
            for path in ["/keys", "/.well-known/openid-configuration"] {
                let answer = try await page(gateway, path)
                #expect(answer.status == 401)
            }
        }
    }

    /// A service's token is a JWT-SVID, and the bundle has the keys that it verifies by.
    @Test func aServiceGetsAJWTSVID() async throws {
        let gateway = try harness.gateway(issuer: { issuer in
            issuer.mapping.service = ServiceMapping(
                name: ClaimPath("/kubernetes.io/serviceaccount/name"),
                namespace: ClaimPath("/kubernetes.io/namespace"))
        })
        try await gateway.serving { gateway in
            let account = #"{"namespace":"default","serviceaccount":{"name":"web"}}"#
            let subject = harness.subject(gateway, ["kubernetes.io": account])
            let token = try await harness.exchange(
                gateway, subject, ["audience": "https://other.example"])
            let header = try TokenHarness.part(0, of: token)
            #expect(header["typ"]?.string == "JWT")
            guard case .object(let members) = header else { return }
            #expect(members.map(\.name).sorted() == ["alg", "kid", "typ"])
            let web = "spiffe://maxine.local/ns/default/dc/dc1/svc/web"
            #expect(try TokenHarness.part(1, of: token)["sub"]?.string == web)
            let bundle = try await page(gateway, "/bundle")
            #expect(bundle.headers["cache-control"] == "public, max-age=300")
            let svids = try keys(bundle).filter { $0["use"]?.string == "jwt-svid" }
            #expect(
                svids.map { $0["kid"]?.string } == (try await TokenHarness.published(gateway)))
            #expect(svids.contains { $0["kid"] == header["kid"] })
            #expect(svids.allSatisfy { $0["x5c"] == nil })
        }
    }

    /// Another gateway takes our tokens by our metadata alone.
    @Test func anotherGatewayTakesOurTokensByOurMetadata() async throws {
        // A port that was free a moment ago.
        let data = try TestFolder()
        let address = try await harness.gateway(folder: data).serving { $0.federationAddress }
        let port = try #require(address.split(separator: ":").last.flatMap { Int($0) })
        let known = try #require(KeyAddress(address, allowsLoopbackHTTP: false))
        let first = try harness.gateway(
            folder: data,
            settings: { settings in
                settings.listen.federation = ListenAddress(host: "127.0.0.1", port: port)
                settings.tokens.issuer = nil
            })
        try await first.serving { first in
            let other = try InProcessGateway(
                policy: """
                    maxine_policy: 1
                    name: other
                    bindings: [ { role: viewer, subjects: [ { user: first/idp/alice } ] } ]
                    """,
                clock: first.clock
            ) { settings in
                var issuer = TokenIssuer(
                    name: "first", issuer: address, audiences: ["https://other.example"],
                    keys: .discovery(known))
                issuer.algorithms = [.es256]
                issuer.authorities = first.folder.path + "/certs/bundle.pem"
                settings.tokenIssuers = [issuer]
            }
            let token = try await harness.exchange(
                first, harness.subject(first), ["audience": "https://other.example"])
            try await other.serving { other in
                try await other.tick(.issuers)
                #expect(try await harness.status(other, token) == 200, "\(other.logText())")
                let own = try await harness.exchange(first, harness.subject(first))
                #expect(try await harness.status(other, own) == 401, "not for that audience")
            }
        }
    }
}
