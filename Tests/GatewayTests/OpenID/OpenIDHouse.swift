import Auth
import Foundation
import Gateway
import PKI
import StrictJSON
import Support

/// An OpenID provider that answers as a test says, and a gateway whose people sign on there.
struct OpenIDHouse: Sendable {
    static let policy = """
        maxine_policy: 1
        name: openid
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ group: idp/ops }] }
          - { role: public, subjects: [{ anonymous: true }] }
        """
    static let auth = "/api/maxine/auth/oidc/idp"
    static let address = "https://maxine.example"

    let mint = TestTokens()
    let server: KeyServer
    let folder: TestFolder

    /// Runs a provider for as long as the body takes.
    static func with(_ body: @Sendable (OpenIDHouse) async throws -> Void) async throws {
        try await KeyServer.with { server in
            let house = OpenIDHouse(server: server, folder: try TestFolder())
            try house.folder.write("s3cret/value\n", to: "secret")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: house.folder.path("secret"))
            house.say()
            server.answer("/keys", body: TestTokens.set(house.mint.jwk()))
            try await body(house)
        }
    }

    /// What the provider says of itself; the values are JSON texts, nil leaves one out.
    func say(_ change: [String: String?] = [:]) {
        let base = server.address
        let usual: [String: String?] = [
            "issuer": "\"\(base)\"", "authorization_endpoint": "\"\(base)/authorize\"",
            "token_endpoint": "\"\(base)/token\"", "jwks_uri": "\"\(base)/keys\"",
            "userinfo_endpoint": "\"\(base)/me\"", "end_session_endpoint": "\"\(base)/out\"",
            "code_challenge_methods_supported": #"["S256"]"#,
        ]
        let members = usual.merging(change) { $1 }.compactMap { name, value in
            value.map { "\"\(name)\":\($0)" }
        }
        server.answer(
            "/.well-known/openid-configuration", body: "{\(members.joined(separator: ","))}")
    }

    func settings() throws -> OpenIDSettings {
        guard let address = KeyAddress(server.address, allowsLoopbackHTTP: false),
            let secret = SecretSource("file:" + folder.path("secret"))
        else { throw TestFault(description: "no address") }
        var settings = OpenIDSettings(
            name: "idp", issuer: server.address, at: address, clientID: "maxine gateway")
        settings.proof = .basic(secret)
        settings.algorithms = [.es256]
        settings.authorities = server.authorities
        return settings
    }

    func gateway(
        on left: InProcessGateway? = nil, outside: OutsideParts = WatchQuietly.parts,
        _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> InProcessGateway {
        var settings = try settings()
        change(&settings)
        return try InProcessGateway(
            policy: Self.policy, outside: outside,
            clock: left?.clock ?? TestClock(), folder: left?.left
        ) {
            $0.openIDProviders = [settings]
            $0.people.address = Self.address
        }
    }

    /// An ID token for a sign-on; the values are JSON texts, nil leaves a claim out.
    func token(
        _ gateway: InProcessGateway, nonce: String?, _ change: [String: String?] = [:],
        by mint: TestTokens? = nil
    ) -> String {
        let mint = mint ?? self.mint
        let usual =
            [
                "iss": "\"\(server.address)\"", "aud": #""maxine gateway""#, "groups": #"["ops"]"#,
                "nonce": nonce.map { "\"\($0)\"" },
            ] as [String: String?]
        return mint.token(
            header: #"{"alg":"ES256","kid":"\#(mint.keyID)"}"#,
            claims: TestTokens.claims(
                gateway.clock.nanoseconds / 1_000_000_000, usual.merging(change) { $1 }))
    }

    /// Has the token endpoint give an ID token, and more behind a comma.
    func give(_ token: String?, more: String = #","refresh_token":"r3fresh-1""#) {
        let token = token.map { #","id_token":"\#($0)""# } ?? ""
        server.answer(
            "/token",
            body:
                #"{"access_token":"acce55-t0ken","token_type":"bearer","expires_in":"60"\#(token)\#(more)}"#
        )
    }

    /// The forms that the token endpoint was sent.
    var exchanges: [KeyServer.Asked] { server.requests.filter { $0.path == "/token" } }
}

/// A sign-on that a browser has begun.
struct BegunLogin: Sendable {
    let answer: CurlAnswer
    /// The parameters of the address that it was sent to.
    let asked: [String: String]
    /// The login cookie, `NAME=VALUE`.
    let cookie: String

    var state: String { asked["state"] ?? "" }
    var nonce: String { asked["nonce"] ?? "" }
}

extension InProcessGateway {
    /// Begins a sign-on.
    func begin(_ query: String = "", cookies: [String] = []) async throws -> BegunLogin {
        let answer = try await browse(OpenIDHouse.auth + query, cookies)
        let items = URLComponents(string: answer.headers["location"] ?? "")?.queryItems ?? []
        let cookie = answer.cookies.last.map { String($0.prefix { $0 != ";" }) } ?? ""
        return BegunLogin(
            answer: answer,
            asked: Dictionary(
                items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $0 + $1 }),
            cookie: cookie)
    }

    /// Comes back from the provider.
    func callBack(
        _ login: BegunLogin, _ query: String? = nil, cookies: [String]? = nil
    ) async throws -> CurlAnswer {
        try await browse(
            OpenIDHouse.auth + "/callback?" + (query ?? "code=c0de-1&state=\(login.state)"),
            cookies ?? [login.cookie])
    }

    /// Goes to a page of the people listener, as a browser does.
    func browse(_ path: String, _ cookies: [String] = []) async throws -> CurlAnswer {
        try await ask(
            cookies.isEmpty ? "x-none: x" : "cookie: " + cookies.joined(separator: "; "),
            path: path)
    }

    /// Signs somebody on.
    func signOn(
        at house: OpenIDHouse, _ change: [String: String?] = [:],
        more: String = #","refresh_token":"r3fresh-1""#
    ) async throws -> OpenedLogin {
        let login = try await begin()
        house.give(house.token(self, nonce: login.nonce, change), more: more)
        return try OpenedLogin(await callBack(login))
    }

    /// What the log says came of the change that an answer is to.
    func outcome(of answer: CurlAnswer) async throws -> JSONValue? {
        let intent = answer.sequence
        return try await awaitRecord { $0["detail"]?["intent"]?.integer == intent }
    }
}

/// A session that a callback has opened.
struct OpenedLogin: Sendable {
    let secret: String

    init(_ answer: CurlAnswer) throws {
        let cookie = answer.cookies.first { $0.hasPrefix("__Host-maxine=") }
        guard answer.status == 303, let cookie else {
            throw TestFault(description: "no session: \(answer.status) \(answer.body)")
        }
        secret = String(cookie.prefix { $0 != ";" }.dropFirst("__Host-maxine=".count))
    }

    var cookie: String { "cookie: __Host-maxine=\(secret)" }
}
