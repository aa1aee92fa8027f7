import Auth
import Foundation
import Gateway
import StrictJSON
import Support

/// A gateway in this process whose people have tokens of one issuer.
struct SessionFixture {
    static let policy = """
        maxine_policy: 1
        name: sessions
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: viewer, subjects: [{ group: idp/ops }] }
          - { role: public, subjects: [{ anonymous: true }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"] } }
          - { id: views, effect: allow, subjects: [role:viewer], actions: [service.read], resources: { services: ["*"] } }
        """

    let mint = TestTokens()
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try folder.write(TestTokens.set(mint.jwk()), to: "idp.jwks")
    }

    func gateway(
        policy: String = SessionFixture.policy, on left: TestFolder? = nil,
        outside: OutsideParts = OutsideParts(),
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        try InProcessGateway(policy: policy, outside: outside, folder: left) { settings in
            var issuer = TokenIssuer(
                name: "idp", issuer: "https://idp.example", audiences: ["maxine"],
                keys: .file(folder.path("idp.jwks")))
            issuer.mapping.roles = ClaimPath("roles")
            issuer.mapping.rolesAllowed = ["auditor"]
            settings.tokenIssuers = [issuer]
            change(&settings)
        }
    }

    /// A token of somebody of the group `ops`.
    func token(
        _ gateway: InProcessGateway, _ user: String = "alice", _ change: [String: String?] = [:]
    ) -> String {
        let now = gateway.clock.nanoseconds / 1_000_000_000
        let claims = ["sub": "\"\(user)\"", "groups": #"["ops"]"#] as [String: String?]
        return mint.token(
            claims: TestTokens.claims(now, claims.merging(change) { $1 }))
    }

    /// Signs somebody on; the session is in the body.
    func login(
        _ gateway: InProcessGateway, _ user: String = "alice", _ change: [String: String?] = [:]
    ) async throws -> OpenedSession {
        try OpenedSession(
            await gateway.post(
                "login", #"{"cookie":false}"#,
                headers: ["authorization: Bearer \(token(gateway, user, change))"]))
    }
}

/// A session as the answer that opened it shows it.
struct OpenedSession: Sendable {
    let id: String
    let secret: String
    let answer: CurlAnswer

    init(_ answer: CurlAnswer) throws {
        let value = try? StrictJSON.parse(Array(answer.body.utf8))
        let cookie = answer.headers["set-cookie"]?.split(separator: ";").first
            .map { String($0.drop { $0 != "=" }.dropFirst()) }
        guard let id = value?["id"]?.string, let secret = value?["session"]?.string ?? cookie
        else { throw TestFault(description: "no session in \(answer.status) \(answer.body)") }
        self.id = id
        self.secret = secret
        self.answer = answer
    }

    var bearer: String { "authorization: Bearer \(secret)" }
    var cookie: String { "cookie: __Host-maxine=\(secret)" }
}

extension InProcessGateway {
    static let auth = "/api/maxine/auth/"

    /// Where pages of the people listener come from.
    var origin: String {
        "origin: https://localhost:\(peopleAddress.split(separator: ":").last ?? "")"
    }

    /// Sends a POST under `/auth` to the people listener.
    func post(
        _ path: String, _ body: String? = nil, headers: [String] = []
    ) async throws -> CurlAnswer {
        try await curl("POST", Self.auth + path, body: body, headers: headers, at: peopleAddress)
    }

    /// Asks the people listener for its status, or for something else that is only read.
    func ask(
        _ headers: String..., path: String = InProcessGateway.status, options: [String] = []
    ) async throws -> CurlAnswer {
        try await curl("GET", path, headers: headers, options: options, at: peopleAddress)
    }

    /// Why the last request was refused, as its record says.
    func why(_ answer: CurlAnswer) throws -> String {
        try record(of: answer)["reason"]?.string ?? ""
    }
}
