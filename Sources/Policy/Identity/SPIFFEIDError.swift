/// Why a text is not a SPIFFE ID (SPIFFE-ID section 2).
public enum SPIFFEIDError: Error, Equatable, Sendable {
    case empty
    case tooLong(bytes: Int)
    case wrongScheme
    case missingTrustDomain
    case trustDomainTooLong(bytes: Int)
    case badTrustDomainCharacter
    case trailingSlash
    case emptySegment
    case dotSegment
    case badPathCharacter

    /// A stable name for logs and metrics.
    public var code: String {
        switch self {
        case .empty: "spiffe_id_empty"
        case .tooLong: "spiffe_id_too_long"
        case .wrongScheme: "spiffe_id_wrong_scheme"
        case .missingTrustDomain: "spiffe_id_missing_trust_domain"
        case .trustDomainTooLong: "spiffe_id_trust_domain_too_long"
        case .badTrustDomainCharacter: "spiffe_id_bad_trust_domain_character"
        case .trailingSlash: "spiffe_id_trailing_slash"
        case .emptySegment: "spiffe_id_empty_segment"
        case .dotSegment: "spiffe_id_dot_segment"
        case .badPathCharacter: "spiffe_id_bad_path_character"
        }
    }
}

extension SPIFFEIDError: CustomStringConvertible {
    /// The reason, in lower case and without the input.
    public var description: String {
        switch self {
        case .empty: "it is empty"
        case .tooLong(let bytes):
            "it has \(bytes) bytes, at most \(PolicyLimits.spiffeIDBytesMax) are allowed"
        case .wrongScheme: "it does not begin with spiffe://"
        case .missingTrustDomain: "it has no trust domain"
        case .trustDomainTooLong(let bytes):
            "its trust domain has \(bytes) bytes, "
                + "at most \(PolicyLimits.trustDomainBytesMax) are allowed"
        case .badTrustDomainCharacter:
            "its trust domain holds something other than a-z, 0-9, '.', '-' and '_'"
        case .trailingSlash: "its path ends with a slash"
        case .emptySegment: "its path has an empty segment"
        case .dotSegment: "its path has a segment '.' or '..'"
        case .badPathCharacter:
            "its path holds something other than letters, digits, '.', '-', '_' and '/'"
        }
    }
}
