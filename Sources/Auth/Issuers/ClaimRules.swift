internal import PKI
internal import Policy
internal import StrictJSON

/// Judges the claims of a token whose signature was verified (RFC 7519 section 4.1, RFC 9068 section 4, RFC 8705).
struct ClaimRules {
    let issuer: TokenIssuer
    let nowSeconds: Int64

    /// What a good token says.
    struct Verdict {
        let principal: Principal
        let tokenID: String?
        let endsSeconds: Int64
        let isBound: Bool
    }

    /// 9999-12-31: no real token is good for longer, and sums with it stay far from overflow.
    private static let secondsMax: Int64 = 253_402_300_799
    /// Claims that only tokens for other purposes carry: ID tokens, logout tokens, DPoP proofs.
    private static let foreignClaims = [
        "nonce", "at_hash", "c_hash", "events", "htm", "htu", "ath",
    ]

    func judge(_ token: VerifiedToken, peer: VerifiedPeer?) throws(TokenRefusal) -> Verdict {
        guard issuer.types.contains(token.type ?? "") else { throw .type }
        let claims = try token.claims()
        guard claims["iss"]?.string.map({ $0.utf8.elementsEqual(issuer.issuer.utf8) }) ?? false
        else { throw .issuer }
        for name in Self.foreignClaims where claims[name] != nil { throw .purpose }
        try checkAudience(claims)
        let ends = try checkTimes(claims)
        let isBound = try checkBinding(claims, peer)
        let subject = try text("sub", of: claims)
        try checkBounds(claims, subject)
        let user = issuer.userClaim == "sub" ? subject : try text(issuer.userClaim, of: claims)
        var principal = Principal(
            kind: .user, id: "\(issuer.name):\(user)", authentication: .jwt)
        principal.oidcClaims = try policyClaims(claims)
        let tokenID = claims["jti"].flatMap(\.string)
        return Verdict(
            principal: principal, tokenID: tokenID, endsSeconds: ends + issuer.skewSeconds,
            isBound: isBound)
    }

    private func checkAudience(_ claims: JSONValue) throws(TokenRefusal) {
        let named: [String]
        switch claims["aud"] {
        case .string(let one): named = [one]
        case .array(let several):
            named = several.compactMap(\.string)
            guard named.count == several.count else { throw .audience }
        default: throw .audience
        }
        let isOurs = named.contains { name in
            issuer.audiences.contains { $0.utf8.elementsEqual(name.utf8) }
        }
        guard isOurs else { throw .audience }
        guard !issuer.authorizedParties.isEmpty else { return }
        guard let party = (claims["azp"] ?? claims["client_id"])?.string,
            issuer.authorizedParties.contains(where: { $0.utf8.elementsEqual(party.utf8) })
        else { throw .party }
    }

    /// Whole seconds only: a fraction, an exponent or a text is refused rather than guessed at.
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
        }
        return ends
    }

    private func seconds(_ name: String, of claims: JSONValue) throws(TokenRefusal) -> Int64? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.integer, (0...Self.secondsMax).contains(seconds) else {
            throw .time
        }
        return seconds
    }

    /// A confirmation that can't be checked is no confirmation: it is refused, not passed over.
    private func checkBinding(
        _ claims: JSONValue, _ peer: VerifiedPeer?
    ) throws(TokenRefusal) -> Bool {
        guard let confirmation = claims["cnf"] else {
            if issuer.requiresBinding { throw .binding }
            return false
        }
        guard case .object(let members) = confirmation, members.count == 1,
            let text = confirmation["x5t#S256"]?.string, let peer,
            Base64URL.decode(text.utf8) == peer.certificateDigest
        else { throw .binding }
        return true
    }

    private func checkBounds(_ claims: JSONValue, _ subject: String) throws(TokenRefusal) {
        if let pattern = issuer.boundSubject, !ClaimPattern(pattern).matches(subject) {
            throw .claims
        }
        for (name, patterns) in issuer.boundClaims {
            let values = Self.values(claims[name])
            let isMet = values.contains { value in
                patterns.contains { ClaimPattern($0).matches(value) }
            }
            guard isMet else { throw .claims }
        }
        if case .object(let elsewhere)? = claims["_claim_names"],
            elsewhere.contains(where: { $0.name == issuer.groupsClaim })
        {
            throw .overage
        }
    }

    private func text(_ name: String, of claims: JSONValue) throws(TokenRefusal) -> String {
        guard let text = claims[name]?.string,
            (1...AuthLimits.claimBytesMax).contains(text.utf8.count),
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw .subject }
        return text
    }

    /// The claims that policy can name: texts, and lists of texts.
    private func policyClaims(_ claims: JSONValue) throws(TokenRefusal) -> [OIDCClaim] {
        guard case .object(let members) = claims else { return [] }
        var found: [OIDCClaim] = []
        for member in members where !["iss", "aud", "jti", "cnf"].contains(member.name) {
            let name = member.name == issuer.groupsClaim ? "groups" : member.name
            // A claim that only bears the name must not pass for the groups.
            if member.name == "groups", issuer.groupsClaim != "groups" { continue }
            for value in Self.values(member.value) {
                guard value.utf8.count <= AuthLimits.claimBytesMax,
                    found.count < AuthLimits.claimValuesMax
                else { throw .claims }
                found.append(OIDCClaim(issuer: issuer.issuer, claim: name, value: value))
            }
        }
        return found
    }

    private static func values(_ value: JSONValue?) -> [String] {
        switch value {
        case .string(let text): [text]
        case .bool(let truth): [truth ? "true" : "false"]
        case .array(let items): items.compactMap(\.string)
        case .number, .null, .object, nil: []
        }
    }
}
