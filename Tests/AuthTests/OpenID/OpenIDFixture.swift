import Support

@testable import Auth

/// A provider, its key, a sign-on under way and a moment.
struct OpenIDFixture {
    static let now: Int64 = 1_763_900_000
    static let issuer = "https://idp.example"
    static let code = "c0de"
    static let accessToken = "acce55"

    let mint = TestTokens()
    let ticket = LoginTicket(provider: "idp", target: LocalTarget("/here"), elapsedNanoseconds: 0)

    static func settings(
        _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> OpenIDSettings {
        guard let address = KeyAddress(issuer, allowsLoopbackHTTP: false) else {
            throw TestFault(description: "no address")
        }
        var settings = OpenIDSettings(
            name: "idp", issuer: issuer, at: address, clientID: "maxine")
        change(&settings)
        return settings
    }

    /// Judges with the mint's key, or these.
    func verifier(
        keys: String? = nil, _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> OpenIDVerifier {
        let verifier = OpenIDVerifier(try Self.settings(change))
        try verifier.keys.take(Array((keys ?? TestTokens.set(mint.jwk())).utf8))
        return verifier
    }

    /// An ID token; the values are JSON texts, nil leaves a claim out.
    func token(_ change: [String: String?] = [:], type: String? = "JWT") -> String {
        let claims = ["nonce": #""\#(ticket.nonce)""#] as [String: String?]
        let type = type.map { #","typ":"\#($0)""# } ?? ""
        return mint.token(
            header: #"{"alg":"ES256","kid":"\#(mint.keyID)"\#(type)}"#,
            claims: TestTokens.claims(Self.now, claims.merging(change) { $1 }))
    }

    static func answer(idToken: String?) throws -> TokenAnswer {
        let token = idToken.map { #","id_token":"\#($0)""# } ?? ""
        return try TokenAnswer(
            Array(#"{"access_token":"\#(accessToken)","token_type":"Bearer"\#(token)}"#.utf8))
    }

    /// What becomes of an ID token: the subject, or a refusal's code.
    func outcome(
        _ token: String?, by verifier: OpenIDVerifier? = nil, seconds: Int64 = now
    ) throws -> String {
        let verifier = try verifier ?? self.verifier()
        do {
            return try verifier.judge(
                try Self.answer(idToken: token), of: ticket, code: Self.code, nowSeconds: seconds
            ).subject
        } catch let refusal as OpenIDRefusal {
            return refusal.code
        }
    }
}
