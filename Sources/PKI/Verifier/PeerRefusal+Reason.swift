import Text

extension PeerRefusal {
    /// One line for people: what was wrong and with which certificate.
    public var reason: String {
        switch self {
        case .noCertificate: "the peer presented no certificate"
        case .chainTooLong(let count):
            "\(count) certificates presented, at most \(PKILimits.chainCertificatesMax) are taken"
        case .certificateTooLarge(let element, let bytes):
            "\(Self.name(element)) has \(bytes) bytes, at most "
                + "\(PKILimits.certificateBytesMax) are taken"
        case .malformed(let element, let detail), .weakAlgorithm(let element, let detail),
            .notAnAuthority(let element, let detail), .outOfOrder(let element, let detail),
            .nameConstraints(let element, let detail),
            .extendedKeyUsage(let element, let detail):
            "\(Self.name(element)): \(detail)"
        case .expired(let element, let end):
            "\(Self.name(element)) expired at \(CivilTime.rfc3339(nanoseconds: end))"
        case .notYetValid(let element, let start):
            "\(Self.name(element)) is not valid before \(CivilTime.rfc3339(nanoseconds: start))"
        case .leafIsAuthority(let detail), .keyUsage(let detail), .identity(let detail):
            "the leaf certificate: \(detail)"
        case .pathLength(let element):
            "\(Self.name(element)) has more intermediates below it than it allows"
        case .signature(let element):
            "\(Self.name(element)) was not signed by its issuer's key"
        case .unknownCriticalExtension(let element, let oid):
            "\(Self.name(element)) has the unknown critical extension \(oid)"
        case .unknownTrustDomain(let domain): "no trust bundle for \(quote(domain))"
        case .untrusted(let domain):
            "the path does not end at an authority of \(quote(domain))"
        case .unknownIntermediate(let element, let serial):
            "\(Self.name(element)) (serial \(serial)) is not one of our own authorities"
        case .revoked(let element, let serial):
            "\(Self.name(element)) (serial \(serial)) is revoked"
        case .unlogged(let serial):
            "the leaf certificate (serial \(serial)) was signed with the key of our authority, and our log has no record of it"
        case .revokedIdentity(let id): "the certificates of \(quote(id)) are revoked"
        case .revokedAuthority(let element, let keyID):
            "\(Self.name(element)) comes from the revoked authority \(keyID)"
        case .tainted(let element, let keyID):
            "\(Self.name(element)) comes from the tainted authority \(keyID), so its session is not resumed"
        }
    }

    private static func name(_ element: Int) -> String {
        element == 0 ? "the leaf certificate" : "certificate \(element) above the leaf"
    }
}

extension PeerRefusal: CustomStringConvertible {
    /// The reason.
    public var description: String { reason }
}
