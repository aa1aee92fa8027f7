internal import StrictJSON
internal import Text

/// Judges the claims of a token whose signature was verified (RFC 7519 section 4.1, RFC 9068 section 4, RFC 8725).
struct ClaimRules {
    let issuer: TokenIssuer
    let nowSeconds: Int64

    /// What the claims say beside who the token is for.
    struct Verdict {
        /// When the token ends, the skew included.
        let endsNanoseconds: Int64
        /// When it ends by its own word, and the age that its issuer is held to, in seconds.
        let endSeconds: Int64
        /// The certificate that it is bound to (RFC 8705 section 3.1).
        let certificateSHA256: [UInt8]?
        /// Its own name, to revoke it by.
        let tokenID: String?
        /// When it was issued, if it says so.
        let issuedSeconds: Int64?
    }

    /// 9999-12-31: no real token is good for longer, and sums with it stay far from overflow.
    private static let secondsMax: Int64 = 253_402_300_799
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000
    /// Claims that only tokens for other purposes carry: ID tokens, logout tokens, DPoP proofs.
    private static let foreignClaims = [
        "nonce", "at_hash", "c_hash", "s_hash", "events", "htm", "htu", "ath",
    ]
    /// Values by which some issuers tell their ID, refresh and logout tokens from access tokens.
    private static let foreignKinds = [
        ("typ", ["ID", "Refresh", "Offline", "Logout"]), ("token_use", ["id"]),
    ]

    func judge(_ type: String?, _ claims: JSONValue) throws(TokenRefusal) -> Verdict {
        guard issuer.types.contains(type ?? "") else { throw .type }
        guard claims["iss"]?.string?.isExactly(issuer.issuer) ?? false else { throw .issuer }
        try checkPurpose(claims)
        try checkAudience(claims)
        let ends = try checkTimes(claims)
        try checkBounds(claims)
        return Verdict(
            endsNanoseconds: Self.nanoseconds(ends + issuer.skewSeconds), endSeconds: ends,
            certificateSHA256: try binding(claims), tokenID: claims["jti"]?.string,
            issuedSeconds: try seconds("iat", of: claims))
    }

    private func checkPurpose(_ claims: JSONValue) throws(TokenRefusal) {
        for name in Self.foreignClaims where claims[name] != nil { throw .purpose }
        for (name, kinds) in Self.foreignKinds {
            if let kind = claims[name]?.string, kinds.contains(kind) { throw .purpose }
        }
    }

    private func checkAudience(_ claims: JSONValue) throws(TokenRefusal) {
        guard let named = ClaimPath("aud").texts(in: claims),
            named.contains(where: { name in issuer.audiences.contains { $0.isExactly(name) } })
        else { throw .audience }
        guard !issuer.authorizedParties.isEmpty else { return }
        guard let party = (claims["azp"] ?? claims["client_id"])?.string,
            issuer.authorizedParties.contains(where: { $0.isExactly(party) })
        else { throw .party }
    }

    private func checkTimes(_ claims: JSONValue) throws(TokenRefusal) -> Int64 {
        guard let ends = try seconds("exp", of: claims) else { throw .time }
        guard nowSeconds < ends + issuer.skewSeconds else { throw .expired }
        if let starts = try seconds("nbf", of: claims) {
            guard starts - issuer.skewSeconds <= nowSeconds else { throw .notYetValid }
        }
        let issued = try seconds("iat", of: claims)
        if let issued, issued - issuer.skewSeconds > nowSeconds { throw .issuedAt }
        if let age = issuer.maxAgeSeconds {
            guard let issued, nowSeconds - issued <= age + issuer.skewSeconds else {
                throw .issuedAt
            }
            return min(ends, issued + age)
        }
        return ends
    }

    /// Whole seconds only: a fraction, an exponent or a text is refused rather than guessed at.
    private func seconds(_ name: String, of claims: JSONValue) throws(TokenRefusal) -> Int64? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.integer, (0...Self.secondsMax).contains(seconds) else {
            throw .time
        }
        return seconds
    }

    /// What is beyond the year 2262 is held at its edge.
    private static func nanoseconds(_ seconds: Int64) -> Int64 {
        let (value, overflow) = seconds.multipliedReportingOverflow(by: nanosecondsPerSecond)
        return overflow ? .max : value
    }

    /// A confirmation that can't be checked is no confirmation: it is refused, not passed over.
    private func binding(_ claims: JSONValue) throws(TokenRefusal) -> [UInt8]? {
        guard let confirmation = claims["cnf"] else {
            if issuer.requiresBinding { throw .binding }
            return nil
        }
        guard case .object(let members) = confirmation, members.count == 1,
            let digest = confirmation["x5t#S256"]?.string.flatMap({ Base64URL.decode($0.utf8) }),
            digest.count == 32
        else { throw .binding }
        return digest
    }

    private func checkBounds(_ claims: JSONValue) throws(TokenRefusal) {
        if !issuer.subjects.isEmpty {
            guard let subject = claims["sub"]?.string, issuer.subjects.match(subject) else {
                throw .claims
            }
        }
        for bound in issuer.claims {
            guard Self.values(bound.path.value(in: claims)).contains(where: bound.values.match)
            else { throw .claims }
        }
    }

    /// The texts of a claim, truth values and whole numbers among them.
    static func values(_ value: JSONValue?) -> [String] {
        switch value {
        case .string(let text): [text]
        case .bool(let truth): [truth ? "true" : "false"]
        case .number(let number): number.integer.map { [String($0)] } ?? []
        case .array(let items): items.compactMap(\.string)
        case .null, .object, nil: []
        }
    }
}
