import Text

/// The CA certificates of exactly one trust domain (SPIFFE Trust Domain and Bundle, section 4).
public struct TrustBundle: Sendable {
    /// The trust domain that these authorities speak for, and no other.
    public let trustDomain: String
    let anchors: [ParsedCertificate]
    /// The certificates as one PEM text; every answer that hands out a certificate has it.
    public let pem: String
    /// Grows with each change of our own bundle; 0 for those of others.
    public internal(set) var sequence: UInt64 = 0

    /// Takes DER certificates, each of which must be an authority and, if it names a trust domain, this one.
    ///
    /// An empty bundle is allowed: it means that every SVID of the trust domain is untrusted.
    /// - Throws: `PKIError.invalidBundle`.
    public init(trustDomain: String, derCertificates: [[UInt8]]) throws(PKIError) {
        guard derCertificates.count <= PKILimits.bundleCertificatesMax else {
            throw .invalidBundle("more than \(PKILimits.bundleCertificatesMax) certificates")
        }
        guard let domain = SPIFFEHost.of("spiffe://\(trustDomain)"), domain == trustDomain else {
            throw .invalidBundle("\(quote(trustDomain)) is not a trust domain name")
        }
        self.trustDomain = trustDomain
        var anchors: [ParsedCertificate] = []
        for (index, der) in derCertificates.enumerated() {
            do throws(PeerRefusal) {
                let anchor = try ParsedCertificate(der: der, element: index)
                try Self.checkAnchor(anchor, element: index)
                let named = try AuthorityRules.checkProfile(anchor, element: index)
                guard named == nil || named == trustDomain else {
                    throw PeerRefusal.untrusted(trustDomain: named ?? "")
                }
                anchors.append(anchor)
            } catch {
                throw .invalidBundle("certificate \(index + 1) is not taken (\(error.code))")
            }
        }
        self.anchors = anchors
        pem = Self.pem(anchors)
    }

    /// Takes a PEM text that holds certificates only.
    /// - Throws: `PKIError.invalidBundle`.
    public init(trustDomain: String, pem: [UInt8]) throws(PKIError) {
        guard pem.count <= PKILimits.bundleBytesMax else {
            throw .invalidBundle("more than \(PKILimits.bundleBytesMax) bytes")
        }
        let blocks: [PEMBlock]
        do {
            blocks = try PEMText.blocks(pem, max: PKILimits.bundleCertificatesMax)
        } catch {
            throw .invalidBundle("not PEM")
        }
        guard !blocks.isEmpty, blocks.allSatisfy({ $0.label == "CERTIFICATE" }) else {
            throw .invalidBundle("no certificate, or something else than certificates")
        }
        try self.init(trustDomain: trustDomain, derCertificates: blocks.map(\.der))
    }

    /// The certificates as DER, in the order they were given.
    public var derCertificates: [[UInt8]] { anchors.map(\.der) }

    private static func pem(_ anchors: [ParsedCertificate]) -> String {
        anchors.map { PEMText.encode($0.der, label: "CERTIFICATE") }.joined()
    }

    /// Anchors that `checkAnchor` has passed, whatever profile they follow.
    init(trustDomain: String, anchors: [ParsedCertificate]) {
        self.trustDomain = trustDomain
        self.anchors = anchors
        pem = Self.pem(anchors)
    }

    /// An authority; if it is self-issued and names its issuer's key, that must be its own.
    static func checkAnchor(_ anchor: ParsedCertificate, element: Int) throws(PeerRefusal) {
        try AuthorityRules.check(anchor, element: element)
        guard anchor.isSelfIssued, let named = anchor.extensions.authorityKeyIdentifier else {
            return
        }
        guard named == anchor.extensions.subjectKeyIdentifier else {
            throw .malformed(element: element, detail: "a root that names another key")
        }
    }
}
