import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// A gateway that takes the tokens of one issuer and gives its own for them.
struct TokenHarness {
    static let policy = """
        maxine_policy: 1
        name: exchange
        roles:
          exchanger: { actions: [identity.token] }
          public: { actions: [federation.read, session.create] }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: viewer, subjects: [{ group: idp/ops }] }
          - { role: exchanger, subjects: [{ group: idp/ops }, { spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: public, subjects: [{ anonymous: true }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: ["*"], resources: { services: ["*"] } }
        """
    static let issuer = "https://maxine.example"
    static let grant = "urn:ietf:params:oauth:grant-type:token-exchange"
    static let type = "urn:ietf:params:oauth:token-type:jwt"

    let mint = TestTokens()
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try folder.write(TestTokens.set(mint.jwk()), to: "idp.jwks")
    }

    func gateway(
        policy: String = TokenHarness.policy, outside: OutsideParts = OutsideParts(),
        folder data: TestFolder? = nil, clock: TestClock = TestClock(),
        settings more: (inout GatewayConfiguration) -> Void = { _ in },
        issuer change: (inout TokenIssuer) -> Void = { _ in }
    ) throws -> InProcessGateway {
        try InProcessGateway(policy: policy, outside: outside, clock: clock, folder: data) {
            settings in
            var issuer = TokenIssuer(
                name: "idp", issuer: "https://idp.example", audiences: ["maxine"],
                keys: .file(folder.path("idp.jwks")))
            change(&issuer)
            settings.tokenIssuers = [issuer]
            settings.tokens.issuer = Self.issuer
            settings.tokens.audiences = ["https://other.example"]
            more(&settings)
        }
    }

    /// A token of the issuer; its user is of the group that may exchange.
    func subject(_ gateway: InProcessGateway, _ change: [String: String?] = [:]) -> String {
        let now = gateway.clock.nanoseconds / 1_000_000_000
        let claims: [String: String?] = [
            "groups": #"["ops"]"#, "jti": #""s-1""#, "exp": "\(now + 3_000)",
        ]
        return mint.token(
            claims: TestTokens.claims(now, claims.merging(change) { $1 }))
    }

    /// The usual form, changed: nil leaves a member out.
    static func form(_ subject: String, _ change: [String: String?] = [:]) -> [String] {
        let usual: [String: String?] = [
            "grant_type": grant, "subject_token": subject, "subject_token_type": type,
        ]
        return usual.merging(change) { $1 }.sorted { $0.key < $1.key }.flatMap { name, value in
            value.map { ["--data-urlencode", "\(name)=\($0)"] } ?? []
        }
    }

    /// Asks on the people listener, or on the service listener as somebody.
    func ask(
        _ gateway: InProcessGateway, _ subject: String, _ change: [String: String?] = [:],
        as identity: String? = nil, headers: [String] = []
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            "POST", "/api/maxine/auth/token", as: identity, headers: headers,
            options: Self.form(subject, change),
            at: identity == nil ? gateway.peopleAddress : gateway.serviceAddress)
    }

    /// A token of ours.
    func exchange(
        _ gateway: InProcessGateway, _ subject: String, _ change: [String: String?] = [:],
        as identity: String? = nil
    ) async throws -> String {
        let answer = try await ask(gateway, subject, change, as: identity)
        guard answer.status == 200,
            let token = try StrictJSON.parse(Array(answer.body.utf8))["access_token"]?.string
        else { throw TestFault(description: "no token: \(answer.status) \(answer.body)") }
        return token
    }

    func status(
        _ gateway: InProcessGateway, _ token: String, as identity: String? = nil,
        people: Bool = true
    ) async throws -> Int {
        try await gateway.curl(
            "GET", "/api/maxine/status", as: identity, headers: ["Authorization: Bearer \(token)"],
            at: people ? gateway.peopleAddress : gateway.serviceAddress
        ).status
    }

    func revoke(_ gateway: InProcessGateway, _ body: String) async throws -> Int {
        try await gateway.curl("POST", "/api/maxine/auth/revoke", body: body).status
    }

    /// A part of a token: 0 is the header, 1 the claims.
    static func part(_ index: Int, of token: String) throws -> JSONValue {
        let parts = token.split(separator: ".")
        let bytes = try #require(Base64URL.decode(parts[index].utf8))
        return try StrictJSON.parse(bytes)
    }

    /// The names of the keys that are published, in order.
    static func published(_ gateway: InProcessGateway) async throws -> [String] {
        let answer = try await gateway.curl("GET", "/keys", at: gateway.federationAddress)
        guard case .array(let keys)? = try StrictJSON.parse(Array(answer.body.utf8))["keys"] else {
            throw TestFault(description: "no keys: \(answer.body)")
        }
        return keys.compactMap { $0["kid"]?.string }
    }

    static func error(_ answer: CurlAnswer) throws -> String {
        try StrictJSON.parse(Array(answer.body.utf8))["error"]?.string ?? ""
    }
}
