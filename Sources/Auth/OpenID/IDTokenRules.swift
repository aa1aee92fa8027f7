internal import Crypto
package import StrictJSON
internal import Text

/// An ID token that was verified and judged.
package struct IDToken: Sendable {
    /// Who it is of, at its issuer.
    package let subject: String
    /// The name of the person's session there.
    package let session: String?
    /// When it ends by its own word.
    package let endSeconds: Int64
    package let claims: JSONValue

    init(subject: String, session: String?, endSeconds: Int64, claims: JSONValue) {
        self.subject = subject
        self.session = session
        self.endSeconds = endSeconds
        self.claims = claims
    }

    /// What stands for the one that a refresh did not bring: the person is known, all else is to be asked for.
    package init(refreshedFor subject: String) {
        self.init(
            subject: subject, session: nil, endSeconds: 0,
            claims: .object([JSONMember(name: "sub", value: .string(subject))]))
    }
}

/// What an ID token is held against.
struct TokenExpectation {
    /// Nil for one that was refreshed: those need none (OpenID Connect Core 1.0 section 12.2).
    var nonce: String?
    var accessToken: String?
    var code: String?
    /// Who it was the last time; nil for a sign-on.
    var subject: String?
    /// Whether it must hold a nonce; where none was sent it must hold none.
    var hasNonce = true
    var isRefreshed: Bool { subject != nil }
}

/// Judges ID tokens (OpenID Connect Core 1.0 sections 3.1.3.7 and 3.3.2.11): with an issuer's keys, never with a token's own.
struct IDTokenRules {
    let settings: OpenIDSettings
    let nowSeconds: Int64

    /// The types that an ID token may have; others are tokens for other purposes.
    private static let types: Set<String> = ["", "jwt"]
    private static let secondsMax: Int64 = 253_402_300_799

    /// Verifies and judges.
    ///
    /// - Throws: ``OpenIDRefusal``.
    func judge(
        _ text: String, keys: JSONWebKeySet, _ expected: TokenExpectation
    ) throws(OpenIDRefusal) -> IDToken {
        let token: UnverifiedToken
        let verified: VerifiedToken
        do throws(TokenRefusal) {
            token = try UnverifiedToken(Array(text.utf8))
            verified = try JWSVerifier.verify(token, keys: keys, allowed: settings.algorithms)
        } catch {
            throw .token(error)
        }
        guard let claims = verified.claims else { throw .token(.payload) }
        guard Self.types.contains(verified.type ?? "") else { throw .token(.type) }
        let ends = try checkCommon(claims)
        try checkNonce(claims, expected)
        try checkHashes(claims, token.algorithm, expected)
        try checkAuthentication(claims)
        let subject = try Self.subject(claims)
        if let before = expected.subject {
            guard subject.isExactly(before) else { throw .otherPerson }
        }
        return IDToken(
            subject: subject, session: try Self.session(claims), endSeconds: ends, claims: claims)
    }

    /// Issuer, audience, party and times; when it ends.
    private func checkCommon(_ claims: JSONValue) throws(OpenIDRefusal) -> Int64 {
        guard claims["iss"]?.string?.isExactly(settings.issuer) == true else {
            throw .token(.issuer)
        }
        try checkAudience(claims)
        // What only logout tokens and proofs carry.
        guard claims["events"] == nil, claims["htm"] == nil else { throw .token(.purpose) }
        guard let ends = try seconds("exp", of: claims) else { throw .token(.time) }
        guard nowSeconds < ends + settings.skewSeconds else { throw .token(.expired) }
        if let starts = try seconds("nbf", of: claims), starts - settings.skewSeconds > nowSeconds {
            throw .token(.notYetValid)
        }
        guard let issued = try seconds("iat", of: claims) else { throw .token(.time) }
        guard issued - settings.skewSeconds <= nowSeconds,
            nowSeconds - issued <= OpenIDLimits.issuedSeconds + settings.skewSeconds
        else { throw .token(.issuedAt) }
        return ends
    }

    private func checkAudience(_ claims: JSONValue) throws(OpenIDRefusal) {
        guard let audiences = ClaimPath("aud").texts(in: claims),
            audiences.contains(where: { $0.isExactly(settings.clientID) })
        else { throw .token(.audience) }
        if let party = claims["azp"] {
            guard party.string?.isExactly(settings.clientID) == true else { throw .token(.party) }
        } else if audiences.count > 1 {
            throw .token(.party)
        }
    }

    private func checkNonce(
        _ claims: JSONValue, _ expected: TokenExpectation
    ) throws(OpenIDRefusal) {
        if expected.isRefreshed || !expected.hasNonce, claims["nonce"] == nil { return }
        guard let nonce = expected.nonce, claims["nonce"]?.string?.isExactly(nonce) == true else {
            throw .nonce
        }
    }

    private func checkHashes(
        _ claims: JSONValue, _ algorithm: JWSAlgorithm, _ expected: TokenExpectation
    ) throws(OpenIDRefusal) {
        if let hash = claims["at_hash"] {
            guard let token = expected.accessToken,
                hash.string?.isExactly(HalfHash.of(token, algorithm)) == true
            else { throw .accessTokenHash }
        }
        if let hash = claims["c_hash"] {
            guard let code = expected.code,
                hash.string?.isExactly(HalfHash.of(code, algorithm)) == true
            else { throw .codeHash }
        }
    }

    private func checkAuthentication(_ claims: JSONValue) throws(OpenIDRefusal) {
        if let age = settings.maxAgeSeconds {
            guard let time = try seconds("auth_time", of: claims),
                nowSeconds - time <= age + settings.skewSeconds,
                time - settings.skewSeconds <= nowSeconds
            else { throw .authenticationAge }
        }
        if !settings.contexts.isEmpty {
            guard let context = claims["acr"]?.string,
                settings.contexts.contains(where: { $0.isExactly(context) })
            else { throw .authenticationContext }
        }
        if !settings.methods.isEmpty {
            guard let methods = ClaimPath("amr").texts(in: claims),
                methods.contains(where: { name in settings.methods.contains { $0.isExactly(name) } }
                )
            else { throw .authenticationContext }
        }
    }

    private static func subject(_ claims: JSONValue) throws(OpenIDRefusal) -> String {
        // Section 2: at most 255 characters; one line here, since it is compared and recorded.
        guard let subject = claims["sub"]?.string,
            (1...TokenLimits.nameBytesMax).contains(subject.utf8.count),
            subject.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else { throw .token(.subject) }
        return subject
    }

    private static func session(_ claims: JSONValue) throws(OpenIDRefusal) -> String? {
        guard let member = claims["sid"] else { return nil }
        guard let name = member.string,
            (1...OpenIDLimits.sessionNameBytesMax).contains(name.utf8.count)
        else { throw .token(.claims) }
        return name
    }

    /// Whole seconds only.
    private func seconds(_ name: String, of claims: JSONValue) throws(OpenIDRefusal) -> Int64? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.integer, (0...Self.secondsMax).contains(seconds) else {
            throw .token(.time)
        }
        return seconds
    }
}

/// The left half of a hash, as ID tokens name what they were issued with (OpenID Connect Core 1.0 section 3.1.3.6).
enum HalfHash {
    static func of(_ text: String, _ algorithm: JWSAlgorithm) -> String {
        let bytes = Array(text.utf8)
        let hash =
            switch algorithm {
            case .es256, .rs256, .ps256: Array(SHA256.hash(data: bytes))
            case .es384, .rs384, .ps384: Array(SHA384.hash(data: bytes))
            case .es512, .rs512, .ps512, .edDSA, .ed25519: Array(SHA512.hash(data: bytes))
            }
        return Base64URL.encode(hash.prefix(hash.count / 2))
    }
}
