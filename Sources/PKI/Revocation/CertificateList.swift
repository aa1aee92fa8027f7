internal import SwiftASN1

/// Makes certificate revocation lists (RFC 5280 section 5), one for each of our intermediates.
struct CertificateList {
    let issuer: ParsedCertificate
    let signer: any Signer
    let number: UInt64
    let thisUpdateNanoseconds: Int64
    let nextUpdateNanoseconds: Int64

    private static let authorityKeyIdentifier: ASN1ObjectIdentifier = [2, 5, 29, 35]
    private static let listNumber: ASN1ObjectIdentifier = [2, 5, 29, 20]

    /// The list as DER, with those of the revoked certificates that this issuer signed.
    func encoded(_ revoked: [RevokedCertificate]) throws(PKIError) -> [UInt8] {
        let own = revoked.filter { $0.entry.issuerKeyID == issuer.ownKeyID }
        let entries = own.map { certificate in
            DERText.sequence(
                DERText.integer(DERText.bytes(hex: certificate.entry.serial)),
                DERText.time(certificate.revokedNanoseconds))
        }
        let keyID = issuer.extensions.subjectKeyIdentifier ?? []
        let extensions = DERText.sequence(
            DERText.certificateExtension(
                Self.authorityKeyIdentifier, DERText.sequence(DERText.node(0x80, keyID))),
            DERText.certificateExtension(Self.listNumber, DERText.integer(number)))
        let body = DERText.sequence(
            DERText.integer(1), DERText.signatureAlgorithm, issuer.header.subject,
            DERText.time(thisUpdateNanoseconds), DERText.time(nextUpdateNanoseconds),
            entries.isEmpty ? [] : DERText.node(0x30, entries.flatMap { $0 }),
            DERText.explicit(0, extensions))
        return DERText.sequence(
            body, DERText.signatureAlgorithm, DERText.bits(try signer.signature(of: body)))
    }
}
