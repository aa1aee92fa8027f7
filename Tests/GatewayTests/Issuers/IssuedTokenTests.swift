import Auth
import Foundation
import StrictJSON
import Support
import Testing

@testable import Gateway

/// Tokens of a configured issuer through the whole gateway in this process.
@Suite(.timeLimit(.minutes(10))) struct IssuedTokenTests {
    private static let policy = """
        maxine_policy: 1
        name: tokens
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: viewer, subjects: [{ group: idp/ops }, { user: idp/carol }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: ["*"], resources: { services: ["*"] } }
        """
    private let status = "/api/maxine/status"
    let mint = TestTokens()
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try folder.write(TestTokens.set(mint.jwk()), to: "idp.jwks")
    }

    private func gateway(
        _ change: (inout TokenIssuer) -> Void = { _ in }
    ) throws -> InProcessGateway {
        try InProcessGateway(policy: Self.policy) { settings in
            var issuer = TokenIssuer(
                name: "idp", issuer: "https://idp.example", audiences: ["maxine"],
                keys: .file(folder.path("idp.jwks")))
            change(&issuer)
            settings.tokenIssuers = [issuer]
        }
    }

    private func token(
        _ gateway: InProcessGateway, _ change: [String: String?] = [:], by mint: TestTokens? = nil
    ) -> String {
        (mint ?? self.mint).token(
            claims: TestTokens.claims(gateway.clock.nanoseconds / 1_000_000_000, change))
    }

    private func ask(
        _ gateway: InProcessGateway, _ token: String, as identity: String? = nil
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            "GET", status, as: identity, headers: ["Authorization: Bearer \(token)"])
    }

    @Test func aTokenSpeaksForItsUser() async throws {
        try await gateway().serving { gateway in
            let good = token(gateway, ["groups": #"["ops"]"#])
            let answer = try await ask(gateway, good)
            #expect(answer.status == 200, "\(answer.body)")
            let record = try await gateway.awaitRecord {
                gateway.asker(of: $0) == "idp/alice"
            }
            #expect(record?["principal"]?["auth"]?.string == "jwt")
            #expect(record?["principal"]?["kind"]?.string == "user")
            // Nobody of no group may, whoever's certificate the connection has.
            let other = try await ask(gateway, token(gateway))
            #expect(other.status == 403)
            #expect(other.body.contains("idp/alice may not system.read"))
            #expect(try await ask(gateway, token(gateway, ["sub": #""carol""#])).status == 200)
            #expect(try await ask(gateway, token(gateway, ["sub": #""admin""#])).status == 403)
        }
    }

    @Test func whyATokenIsRefusedIsInTheRecordOnly() async throws {
        try await gateway().serving { gateway in
            let good = token(gateway)
            let bad = [
                String(good.dropLast(6) + "AAAAAA"), token(gateway, ["exp": "1"]), "nonsense",
                token(gateway, ["aud": #""other""#]), token(gateway, by: TestTokens(keyID: "k9")),
            ]
            var answers: [CurlAnswer] = []
            for token in bad { answers.append(try await ask(gateway, token)) }
            #expect(answers.allSatisfy { $0.status == 401 })
            #expect(answers.allSatisfy { $0.headers["www-authenticate"] == "Bearer" })
            let bodies = Set(
                answers.map { $0.body.replacing(#/\d+/#, with: "N") })
            #expect(bodies.count == 1, "\(bodies)")
            let reasons = try gateway.journal().compactMap { $0["reason"]?.string }
            for code in [
                "token_signature", "token_expired", "token_not_compact", "token_audience",
                "token_key_unknown",
            ] {
                #expect(reasons.contains { $0.contains(code) }, "\(code)")
            }
            let log = try String(
                contentsOf: gateway.folder.appending(path: "serve.log"), encoding: .utf8)
            let written = log + (try gateway.journal().map { "\($0)" }.joined())
            for token in bad + [good] { #expect(!written.contains(token.suffix(30))) }
        }
    }

    @Test func aTokenEndsWhenItSays() async throws {
        let statuses = try await gateway().serving { gateway in
            let good = token(gateway, ["groups": #""ops""#])
            var statuses: [Int] = []
            for seconds in [0, 359, 1] {
                gateway.clock.advance(by: .seconds(seconds))
                statuses.append(try await ask(gateway, good).status)
            }
            return statuses
        }
        #expect(statuses == [200, 200, 401])
    }

    @Test func newKeysInTheFileAreTakenAndBadOnesLeaveTheOld() async throws {
        let next = TestTokens(keyID: "k2")
        try await gateway().serving { gateway in
            let old = token(gateway, ["groups": #""ops""#])
            let new = token(gateway, ["groups": #""ops""#], by: next)
            #expect(try await ask(gateway, old).status == 200)
            #expect(try await ask(gateway, new).status == 401)
            try folder.write("{", to: "idp.jwks")
            gateway.clock.advance(by: .seconds(10))
            try await gateway.tick(.issuers)
            #expect(try await ask(gateway, old).status == 200)
            try folder.write(TestTokens.set(next.jwk()), to: "idp.jwks")
            gateway.clock.advance(by: .seconds(10))
            try await gateway.tick(.issuers)
            #expect(try await ask(gateway, new).status == 200)
            #expect(try await ask(gateway, old).status == 401, "its key is gone")
        }
    }

    @Test func aBoundTokenIsGoodWithItsCertificateOnly() async throws {
        try await gateway().serving { gateway in
            for service in ["web", "api"] { try await gateway.issue(service) }
            let der = try await Shell.run(
                aside: [
                    "sh", "-c",
                    "openssl x509 -in web/svid.pem -outform DER | openssl dgst -sha256 -binary"
                        + " | base64 -w0",
                ], directory: gateway.folder)
            let digest = TestTokens.encode(try #require(Data(base64Encoded: der.output)))
            let bound = token(
                gateway, ["groups": #""ops""#, "cnf": #"{"x5t#S256":"\#(digest)"}"#])
            // Whoever's memory it is in, it is held against each connection.
            #expect(try await ask(gateway, bound, as: "web").status == 200)
            #expect(try await ask(gateway, bound, as: "api").status == 401)
            #expect(try await ask(gateway, bound).status == 401)
            #expect(try await ask(gateway, bound, as: "web").status == 200)
        }
    }

    /// As a pod does with the token that its cluster projects into it.
    @Test func aServiceByItsTokenHasItsIdentityIssued() async throws {
        let gateway = try gateway {
            $0.mapping.service = ServiceMapping(
                name: ClaimPath("/kubernetes.io/serviceaccount/name"),
                namespace: ClaimPath("/kubernetes.io/namespace"))
        }
        try await gateway.serving { gateway in
            let account = #"{"namespace":"default","serviceaccount":{"name":"web"}}"#
            let token = token(
                gateway,
                [
                    "sub": #""system:serviceaccount:default:web""#, "kubernetes.io": account,
                ])
            for (service, status) in [("web", 200), ("api", 403)] {
                let csr = try await Shell.aside {
                    try SigningRequest.make(
                        "spiffe://maxine.local/ns/default/dc/dc1/svc/\(service)",
                        in: gateway.folder, name: service)
                }
                let answer = try await gateway.curl(
                    "POST", "/api/maxine/identity/x509-svids", body: SigningRequest.body(csr),
                    headers: ["Authorization: Bearer \(token)"])
                #expect(answer.status == status, "\(service): \(answer.body)")
                #expect(answer.body.contains("BEGIN CERTIFICATE") == (status == 200))
            }
        }
    }

    @Test func aKeySetThatCanNotBeReadStopsTheStart() async throws {
        for (name, why) in [("none.jwks", "no such file"), (".", "not a regular file")] {
            let gateway = try gateway { $0.keys = .file(folder.path(name)) }
            let fault = await #expect(throws: IssuerFault.self) {
                try await gateway.serving { _ in }
            }
            #expect(fault?.description.contains(why) == true, "\(fault?.description ?? "")")
        }
    }
}
