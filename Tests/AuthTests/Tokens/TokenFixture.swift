import Policy
import Support

@testable import Auth

/// An issuer, its keys and a moment.
struct TokenFixture {
    static let now: Int64 = 1_763_900_000

    let mint = TestTokens()

    /// Takes the tokens of one issuer whose set holds the mint's key, or these keys.
    func authenticator(
        keys: String? = nil, _ change: (inout TokenIssuer) -> Void = { _ in }
    ) throws -> TokenAuthenticator {
        var issuer = TokenIssuer(
            name: "idp", issuer: "https://idp.example", audiences: ["maxine"], keys: .file(""))
        change(&issuer)
        let authenticator = Self.authenticator([issuer])
        try Self.give(keys ?? TestTokens.set(mint.jwk()), to: "idp", of: authenticator)
        return authenticator
    }

    static func authenticator(_ issuers: [TokenIssuer]) -> TokenAuthenticator {
        TokenAuthenticator(
            issuers, naming: ServiceNaming(trustDomain: "maxine.local", datacenter: "dc1"))
    }

    static func give(_ keys: String, to name: String, of authenticator: TokenAuthenticator) throws {
        for (issuer, held) in authenticator.keys where issuer.name == name {
            try held.take(Array(keys.utf8))
        }
    }

    func claims(_ change: [String: String?] = [:]) -> String {
        TestTokens.claims(Self.now, change)
    }

    func token(_ change: [String: String?] = [:]) -> String { mint.token(claims: claims(change)) }
}

extension TokenAuthenticator {
    /// What it says of a token.
    func judge(_ token: String, seconds: Int64 = TokenFixture.now) -> Authentication {
        authenticate(
            .bearer(RawToken(Array(token.utf8))), nowNanoseconds: seconds * 1_000_000_000)
    }

    /// What becomes of a token: "ok", or a refusal's code.
    func outcome(_ token: String, seconds: Int64 = TokenFixture.now) -> String {
        switch judge(token, seconds: seconds) {
        case .principal: "ok"
        case .refused(let refusal): refusal.code
        case .notMine: "not mine"
        }
    }

    /// Who a token is for; nil where it is refused.
    func principal(_ token: String) -> Principal? {
        guard case .principal(let principal, _, _, _, _) = judge(token) else { return nil }
        return principal
    }
}
