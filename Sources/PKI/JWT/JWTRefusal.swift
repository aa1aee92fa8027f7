/// Why a JWT-SVID is not taken.
public enum JWTRefusal: Error, Equatable, Sendable {
    /// Longer than `PKILimits.tokenBytesMax`.
    case tooLarge(bytes: Int)
    /// Not a JWS in compact serialization, or its JSON is not strict.
    case malformed(String)
    /// A header member that JWT-SVID section 2 does not know.
    case unexpectedHeader(String)
    /// An algorithm outside JWT-SVID section 2.1.
    case algorithm(String)
    /// A required claim is missing or has another form.
    case claim(String)
    /// The subject is not a workload's SPIFFE ID.
    case subject(String)
    /// The expected audience is not in `aud`.
    case audience
    /// The token has expired.
    case expired(atSeconds: Int64)
    /// The token is not valid yet.
    case notYetValid(atSeconds: Int64)
    /// There is no trust bundle for the subject's trust domain.
    case unknownTrustDomain(String)
    /// The bundle of the subject's trust domain has no such key.
    case unknownKey(String)
    /// The key is not for the token's algorithm.
    case wrongAlgorithmForKey(String)
    /// The key is tainted or revoked.
    case tainted(keyID: String)
    /// The key did not make the signature.
    case signature

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .tooLarge: "token_too_large"
        case .malformed: "token_malformed"
        case .unexpectedHeader: "token_header"
        case .algorithm: "token_algorithm"
        case .claim: "token_claim"
        case .subject: "token_subject"
        case .audience: "token_audience"
        case .expired: "token_expired"
        case .notYetValid: "token_not_yet_valid"
        case .unknownTrustDomain: "unknown_trust_domain"
        case .unknownKey: "token_unknown_key"
        case .wrongAlgorithmForKey: "token_key_algorithm"
        case .tainted: "tainted"
        case .signature: "token_signature"
        }
    }

    /// One line for people; nothing of the token but names that it quotes, cut short.
    public var reason: String {
        switch self {
        case .tooLarge(let bytes):
            "the token has \(bytes) bytes, at most \(PKILimits.tokenBytesMax) are taken"
        case .malformed(let detail): "the token is malformed: \(detail)"
        case .unexpectedHeader(let name):
            "the token's header has \(name.quotedForPeople); a JWT-SVID has alg, kid and typ only"
        case .algorithm(let name): "\(name.quotedForPeople) is not an algorithm of JWT-SVIDs"
        case .claim(let detail): "the token's claims: \(detail)"
        case .subject(let text): "sub \(text.quotedForPeople) is not a workload's SPIFFE ID"
        case .audience: "the token is not for this audience"
        case .expired(let end):
            "the token expired at \(UTCText.text(nanoseconds: UTCText.nanoseconds(end)))"
        case .notYetValid(let start):
            "the token is not valid before \(UTCText.text(nanoseconds: UTCText.nanoseconds(start)))"
        case .unknownTrustDomain(let domain): "no trust bundle for \(domain.quotedForPeople)"
        case .unknownKey(let keyID):
            "the trust domain's bundle has no key \(keyID.quotedForPeople)"
        case .wrongAlgorithmForKey(let keyID):
            "key \(keyID.quotedForPeople) is not for the token's algorithm"
        case .tainted(let keyID): "key \(keyID.quotedForPeople) is tainted"
        case .signature: "the token was not signed by the key that it names"
        }
    }
}

extension UTCText {
    /// Seconds as nanoseconds, held at the edges.
    static func nanoseconds(_ seconds: Int64) -> Int64 {
        let (value, overflow) = seconds.multipliedReportingOverflow(
            by: PKILimits.nanosecondsPerSecond)
        return overflow ? (seconds < 0 ? Int64.min : Int64.max) : value
    }
}
