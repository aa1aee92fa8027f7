internal import StrictJSON
internal import Text

/// What a provider says has ended (OpenID Connect Back-Channel Logout 1.0 section 2.4): one session of a person, or all.
package struct LogoutWord: Sendable, Equatable {
    /// The person, at the provider.
    package let subject: String?
    /// The name of the session there.
    package let session: String?
    /// The token's own name.
    package let tokenID: String
}

/// Judges logout tokens (section 2.6).
struct LogoutTokenRules {
    let settings: OpenIDSettings
    let nowSeconds: Int64

    private static let types: Set<String> = ["", "jwt", "logout+jwt"]
    private static let event = "http://schemas.openid.net/event/backchannel-logout"
    private static let secondsMax: Int64 = 253_402_300_799

    /// Verifies and judges; whether it was used before is the caller's to see.
    ///
    /// - Throws: ``TokenRefusal``.
    func judge(_ text: [UInt8], keys: JSONWebKeySet) throws(TokenRefusal) -> LogoutWord {
        let token = try UnverifiedToken(text)
        let verified = try JWSVerifier.verify(token, keys: keys, allowed: settings.algorithms)
        guard let claims = verified.claims else { throw .payload }
        guard Self.types.contains(verified.type ?? "") else { throw .type }
        guard claims["iss"]?.string?.isExactly(settings.issuer) == true else { throw .issuer }
        guard let audiences = ClaimPath("aud").texts(in: claims),
            audiences.contains(where: { $0.isExactly(settings.clientID) })
        else { throw .audience }
        try checkTimes(claims)
        // An ID token must never pass for one.
        guard claims["nonce"] == nil, case .object? = claims["events"]?[Self.event] else {
            throw .purpose
        }
        guard let id = claims["jti"]?.string, Self.isName(id) else { throw .claims }
        let word = LogoutWord(
            subject: try Self.name("sub", of: claims), session: try Self.name("sid", of: claims),
            tokenID: id)
        guard word.subject != nil || word.session != nil else { throw .subject }
        return word
    }

    /// `exp` may be missing, as in the drafts that are still in use; the age is bounded all the same.
    private func checkTimes(_ claims: JSONValue) throws(TokenRefusal) {
        guard let issued = claims["iat"]?.integer, (0...Self.secondsMax).contains(issued) else {
            throw .time
        }
        guard issued - settings.skewSeconds <= nowSeconds,
            nowSeconds - issued <= OpenIDLimits.logoutSeconds + settings.skewSeconds
        else { throw .issuedAt }
        guard let member = claims["exp"] else { return }
        guard let ends = member.integer, (0...Self.secondsMax).contains(ends) else { throw .time }
        guard nowSeconds < ends + settings.skewSeconds else { throw .expired }
    }

    private static func name(_ name: String, of claims: JSONValue) throws(TokenRefusal) -> String? {
        guard let member = claims[name] else { return nil }
        guard let text = member.string, isName(text) else { throw .subject }
        return text
    }

    private static func isName(_ text: String) -> Bool {
        (1...OpenIDLimits.sessionNameBytesMax).contains(text.utf8.count)
    }
}
