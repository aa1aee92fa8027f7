/// Why a peer's certificates are not taken.
///
/// `element` is the position in the path: 0 is the leaf, the highest is the trust anchor.
public enum PeerRefusal: Error, Equatable, Sendable {
    /// The peer presented no certificate.
    case noCertificate
    /// More certificates than `PKILimits.chainCertificatesMax`.
    case chainTooLong(count: Int)
    /// One certificate is larger than `PKILimits.certificateBytesMax`.
    case certificateTooLarge(element: Int, bytes: Int)
    /// The encoding or a field breaks RFC 5280.
    case malformed(element: Int, detail: String)
    /// A signature algorithm or key that is not taken.
    case weakAlgorithm(element: Int, detail: String)
    /// The validity has ended.
    case expired(element: Int, notAfterNanoseconds: Int64)
    /// The validity has not begun.
    case notYetValid(element: Int, notBeforeNanoseconds: Int64)
    /// The leaf is a CA certificate or may sign certificates or CRLs.
    case leafIsAuthority(detail: String)
    /// An issuer is not allowed to issue.
    case notAnAuthority(element: Int, detail: String)
    /// The leaf's keyUsage is missing, not critical or lacks digitalSignature.
    case keyUsage(detail: String)
    /// The leaf's extended key usage does not hold both client and server authentication.
    case extendedKeyUsage(element: Int, detail: String)
    /// The leaf does not carry exactly one valid SPIFFE ID.
    case identity(detail: String)
    /// More intermediates follow an authority than it allows.
    case pathLength(element: Int)
    /// A certificate is not followed by its issuer.
    case outOfOrder(element: Int, detail: String)
    /// The issuer's key did not make the signature.
    case signature(element: Int)
    /// A critical extension that is not processed.
    case unknownCriticalExtension(element: Int, oid: String)
    /// Name constraints that are broken, or of a kind that is not enforced.
    case nameConstraints(element: Int, detail: String)
    /// There is no trust bundle for the leaf's trust domain.
    case unknownTrustDomain(String)
    /// The path does not end at an authority of the leaf's trust domain.
    case untrusted(trustDomain: String)
    /// An intermediate of our own trust domain that we never made.
    case unknownIntermediate(element: Int, serial: String)
    /// A certificate of the path is revoked.
    case revoked(element: Int, serial: String)
    /// The key of one of our authorities signed the leaf, and we did not issue it.
    case unlogged(serial: String)
    /// All certificates of the leaf's identity that were issued until some time are revoked.
    case revokedIdentity(String)
    /// An authority of the path is revoked.
    case revokedAuthority(element: Int, keyID: String)
    /// An authority of the path is tainted, so no session is resumed.
    case tainted(element: Int, keyID: String)

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .noCertificate: "no_certificate"
        case .chainTooLong: "chain_too_long"
        case .certificateTooLarge: "certificate_too_large"
        case .malformed: "malformed"
        case .weakAlgorithm: "weak_algorithm"
        case .expired: "expired"
        case .notYetValid: "not_yet_valid"
        case .leafIsAuthority: "leaf_is_authority"
        case .notAnAuthority: "not_an_authority"
        case .keyUsage: "key_usage"
        case .extendedKeyUsage: "extended_key_usage"
        case .identity: "identity"
        case .pathLength: "path_length"
        case .outOfOrder: "out_of_order"
        case .signature: "signature"
        case .unknownCriticalExtension: "unknown_critical_extension"
        case .nameConstraints: "name_constraints"
        case .unknownTrustDomain: "unknown_trust_domain"
        case .untrusted: "untrusted"
        case .unknownIntermediate: "unknown_intermediate"
        case .unlogged: "unlogged"
        case .revoked, .revokedIdentity: "revoked"
        case .revokedAuthority: "revoked_authority"
        case .tainted: "tainted"
        }
    }
}
