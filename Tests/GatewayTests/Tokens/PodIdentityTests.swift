import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// A pod with the token that its cluster projects into it, whose keys are fetched from the cluster over HTTPS.
@Suite(.timeLimit(.minutes(10))) struct PodIdentityTests {
    private let harness: TokenHarness

    init() throws { harness = try TokenHarness() }

    /// As a cluster makes them: no type, its own claims, an audience of ours.
    private func projected(
        _ gateway: InProcessGateway, by cluster: KeyServer, _ change: [String: String?] = [:]
    ) -> String {
        let now = gateway.clock.nanoseconds / 1_000_000_000
        let usual: [String: String?] = [
            "iss": "\"\(cluster.address)\"", "aud": #"["maxine"]"#, "nbf": "\(now - 5)",
            "exp": "\(now + 3_600)", "jti": #""p-1""#,
            "sub": #""system:serviceaccount:default:web""#,
            "kubernetes.io": #"{"namespace":"default","pod":{"name":"web-0","uid":"u-1"},"#
                + #""serviceaccount":{"name":"web","uid":"u-2"}}"#,
        ]
        return harness.mint.token(
            header: #"{"alg":"ES256","kid":"\#(harness.mint.keyID)"}"#,
            claims: TestTokens.claims(now, usual.merging(change) { $1 }))
    }

    private func serving(
        _ body: @escaping @Sendable (InProcessGateway, KeyServer) async throws -> Void
    ) async throws {
        try await KeyServer.with { cluster in
            let address = cluster.address
            cluster.answer("/openid/v1/jwks", body: TestTokens.set(harness.mint.jwk()))
            cluster.answer(
                "/.well-known/openid-configuration",
                body: #"{"issuer":"\#(address)","jwks_uri":"\#(address)/openid/v1/jwks"}"#)
            let place = try #require(KeyAddress(address, allowsLoopbackHTTP: false))
            let gateway = try harness.gateway(issuer: { issuer in
                issuer.name = "cluster"
                issuer.issuer = address
                issuer.keys = .discovery(place)
                issuer.authorities = cluster.authorities
                issuer.subjects = [ClaimGlob("system:serviceaccount:default:*")]
                issuer.claims = [
                    BoundClaim(ClaimPath("/kubernetes.io/pod/name"), [ClaimGlob("web-*")])
                ]
                issuer.mapping.service = ServiceMapping(
                    name: ClaimPath("/kubernetes.io/serviceaccount/name"),
                    namespace: ClaimPath("/kubernetes.io/namespace"))
            })
            try await gateway.serving { gateway in
                try await gateway.tick(.issuers)
                try await body(gateway, cluster)
            }
        }
    }

    /// What a pod runs, with nothing but its token and the bundle.
    private func issue(
        _ gateway: InProcessGateway, _ service: String, with token: String
    ) async throws -> Shell.Result {
        let (address, folder) = (gateway.peopleAddress, gateway.folder)
        return try await Shell.aside {
            try Shell.run(
                [
                    GatewayProcess.binary, "identity", "issue", "--service", service,
                    "--trust-domain", "maxine.local", "--datacenter", "dc1", "--out", service,
                    "--cacert", "certs/bundle.pem",
                ], environment: ["MAXINE_ADDR": address, "MAXINE_TOKEN": token],
                directory: folder)
        }
    }

    @Test func aPodGetsItsIdentityForItsTokenAndUsesIt() async throws {
        try await serving { gateway, cluster in
            let token = projected(gateway, by: cluster)
            let issued = try await issue(gateway, "web", with: token)
            #expect(issued.status == 0, "\(issued.error)")
            let registered = try await gateway.curl(
                "PUT", "/api/maxine/services/web/instances/web-0",
                body: #"{"address":"10.0.0.1","port":80}"#, as: "web")
            #expect(registered.status == 201, "\(registered.body)")
            let record = try gateway.record(of: registered)
            #expect(record["principal"]?["auth"]?.string == "mtls")
            // One of ours, made from it, does as well.
            let own = try await harness.exchange(gateway, token)
            let again = try await issue(gateway, "web", with: own)
            #expect(again.status == 0, "\(again.error)")
            let web = "spiffe://maxine.local/ns/default/dc/dc1/svc/web"
            let intents = try gateway.journal().filter {
                $0["action"]?.string == "identity.issue" && $0["type"]?.string == "intent"
            }
            #expect(intents.map { $0["principal"]?["id"]?.string } == [web, web])
            #expect(cluster.paths == ["/.well-known/openid-configuration", "/openid/v1/jwks"])
        }
    }

    @Test func noPodGetsAnothersIdentityNorAnyWithAnotherToken() async throws {
        try await serving { gateway, cluster in
            let other = try await issue(gateway, "api", with: projected(gateway, by: cluster))
            #expect(other.status == 3, "\(other.error)")
            let kube = #""system:serviceaccount:kube-system:web""#
            let pod = #"{"namespace":"default","pod":{"name":"x"},"serviceaccount":{"name":"web"}}"#
            for (name, bad) in [
                ("another audience", projected(gateway, by: cluster, ["aud": #"["api"]"#])),
                ("another pod", projected(gateway, by: cluster, ["kubernetes.io": pod])),
                ("another namespace", projected(gateway, by: cluster, ["sub": kube])),
                ("no token", "nonsense"),
            ] {
                let refused = try await issue(gateway, "web", with: bad)
                #expect(refused.status == 4, "\(name): \(refused.error)")
            }
            #expect(try gateway.records("identity.issue").allSatisfy { !$0.contains("outcome") })
        }
    }
}
