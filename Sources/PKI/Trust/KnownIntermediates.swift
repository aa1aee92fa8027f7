/// The intermediates of our own trust domain that we made ourselves.
///
/// A peer may bring any intermediate along; for our own trust domain only these are taken. They also complete
/// the path of a resumed session, where only the leaf is at hand.
public struct KnownIntermediates: Sendable {
    /// The trust domain whose intermediates must be known.
    public let trustDomain: String
    let certificates: [ParsedCertificate]

    /// Takes the intermediates as DER; each must be an authority.
    /// - Throws: `PKIError.invalidBundle`.
    public init(trustDomain: String, derCertificates: [[UInt8]]) throws(PKIError) {
        guard derCertificates.count <= PKILimits.bundleCertificatesMax else {
            throw .invalidBundle("more than \(PKILimits.bundleCertificatesMax) intermediates")
        }
        self.trustDomain = trustDomain
        var certificates: [ParsedCertificate] = []
        for (index, der) in derCertificates.enumerated() {
            do throws(PeerRefusal) {
                let certificate = try ParsedCertificate(der: der, element: index)
                try AuthorityRules.check(certificate, element: index)
                _ = try AuthorityRules.checkProfile(certificate, element: index)
                certificates.append(certificate)
            } catch {
                throw .invalidBundle("intermediate \(index + 1) is not taken (\(error.code))")
            }
        }
        self.certificates = certificates
    }

    func contains(_ certificate: ParsedCertificate) -> Bool {
        certificates.contains { $0.fingerprint == certificate.fingerprint }
    }

    /// The known intermediate that a certificate names as its issuer.
    func issuer(of certificate: ParsedCertificate) -> ParsedCertificate? {
        certificates.first { PathValidator.isLink(certificate, issuer: $0) }
    }
}
