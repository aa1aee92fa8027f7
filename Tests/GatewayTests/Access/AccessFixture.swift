import Auth
import Foundation
import StrictJSON
import Support

@testable import Gateway

/// A gateway whose users come by tokens of two issuers, and whose operators do everything.
struct AccessFixture: Sendable {
    static let policy = """
        maxine_policy: 1
        name: access
        roles:
          warden: { actions: ["lock.*"] }
          clerk: { actions: [role.read, role.assign, service.read, service.discover, service.watch, dependency.read, policy.read, system.read] }
          keeper: { actions: ["key.*", system.read] }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }, { user: idp/root }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: keeper, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }, { api_key_scope: look }] }
          - { role: viewer, subjects: [{ group: idp/ops }, { group: ci/ops }, { api_key_scope: look }] }
          - { role: warden, subjects: [{ user: idp/warden }] }
          - { role: clerk, subjects: [{ user: idp/clerk }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"], namespaces: ["*"] } }
        """
    static let locks = "/api/maxine/locks"
    static let whoAmI = "/api/maxine/auth/whoami"

    let mint = TestTokens()
    let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        try folder.write(TestTokens.set(mint.jwk()), to: "idp.jwks")
    }

    func gateway(
        on old: TestFolder? = nil, outside: OutsideParts = OutsideParts(),
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        try InProcessGateway(policy: Self.policy, outside: outside, folder: old) { settings in
            settings.tokenIssuers = ["idp", "ci"].map { name in
                TokenIssuer(
                    name: name, issuer: "https://\(name).example", audiences: ["maxine"],
                    keys: .file(folder.path("idp.jwks")))
            }
            change(&settings)
        }
    }

    /// A token of a user, good for most of an hour.
    func token(
        _ gateway: InProcessGateway, _ user: String, from provider: String = "idp",
        groups: String = #"["ops"]"#
    ) -> String {
        let now = gateway.clock.nanoseconds / 1_000_000_000
        let change: [String: String?] = [
            "jti": "\"of-\(user)\"", "sub": "\"\(user)\"", "groups": groups,
            "iss": "\"https://\(provider).example\"", "iat": "\(now - 10)", "exp": "\(now + 3000)",
        ]
        return mint.token(claims: TestTokens.claims(now, change))
    }
}

extension InProcessGateway {
    /// Sends a request that a token speaks for.
    func bear(
        _ token: String, _ method: String = "GET", _ path: String = InProcessGateway.status,
        body: String? = nil
    ) async throws -> CurlAnswer {
        try await curl(method, path, body: body, headers: ["Authorization: Bearer \(token)"])
    }

    /// Locks a target as the operator.
    func lock(_ kind: String, _ name: String, more: String = "") async throws -> CurlAnswer {
        try await curl(
            "POST", AccessFixture.locks,
            body: #"{"target":{"\#(kind)":"\#(name)"},"reason":"because-canary"\#(more)}"#)
    }

    func unlock(_ id: String) async throws -> CurlAnswer {
        try await curl("DELETE", "\(AccessFixture.locks)/\(id)")
    }
}

extension CurlAnswer {
    /// The body as JSON.
    var json: JSONValue? { try? StrictJSON.parse(Array(body.utf8)) }
    /// The id that an answer names.
    var id: String { json?["id"]?.string ?? "no id in \(status) \(body)" }
}
