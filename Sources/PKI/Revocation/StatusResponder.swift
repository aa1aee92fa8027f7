internal import Crypto
internal import SwiftASN1

/// Makes OCSP responses (RFC 6960 section 4.2), signed by the authority that issued what is asked about.
struct StatusResponder {
    /// An authority of ours that can answer for what it signed.
    struct Issuer {
        let certificate: ParsedCertificate
        let signer: any Signer
    }

    let issuers: [Issuer]
    let revoked: [RevokedCertificate]
    let nowNanoseconds: Int64
    let nextUpdateNanoseconds: Int64

    /// `malformedRequest`, unsigned.
    static let malformed = DERText.sequence(DERText.enumerated(1))
    /// `unauthorized`, unsigned: nothing of what is asked about was issued here (RFC 5019 section 2.2.3).
    static let unauthorized = DERText.sequence(DERText.enumerated(6))

    private static let basic: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 48, 1, 1]
    private static let sha1: ASN1ObjectIdentifier = [1, 3, 14, 3, 2, 26]
    private static let sha256: ASN1ObjectIdentifier = [2, 16, 840, 1, 101, 3, 4, 2, 1]

    /// The answer; all certificates of one request must be of one issuer.
    func answer(_ request: StatusRequest) throws(PKIError) -> [UInt8] {
        guard let first = request.certificates.first,
            let issuer = issuers.first(where: { Self.names($0, first) }),
            request.certificates.allSatisfy({ Self.names(issuer, $0) })
        else { return Self.unauthorized }
        let responses = request.certificates.map { single($0, issuer) }
        let extensions = request.nonce.map { nonce in
            DERText.explicit(
                1,
                DERText.sequence(DERText.certificateExtension(StatusRequest.nonceID, nonce)))
        }
        let keyHash = Array(Insecure.SHA1.hash(data: Self.keyBits(issuer.certificate)))
        let body = DERText.sequence(
            DERText.explicit(2, DERText.octets(keyHash)), DERText.generalizedTime(nowNanoseconds),
            DERText.node(0x30, responses.flatMap { $0 }), extensions ?? [])
        let signature = try issuer.signer.signature(of: body)
        let response = DERText.sequence(
            body, DERText.signatureAlgorithm, DERText.bits(signature))
        return DERText.sequence(
            DERText.enumerated(0),
            DERText.explicit(
                0, DERText.sequence(DERText.oid(Self.basic), DERText.octets(response))))
    }

    private func single(_ certificate: StatusRequest.CertificateID, _ issuer: Issuer) -> [UInt8] {
        let entry = RevocationSet.Entry(
            issuerKeyID: issuer.certificate.ownKeyID, serial: hexText(certificate.serial))
        let status: [UInt8]
        if let known = revoked.first(where: { $0.entry == entry }) {
            status = DERText.explicit(1, DERText.generalizedTime(known.revokedNanoseconds))
        } else {
            status = [0x80, 0x00]
        }
        return DERText.sequence(
            certificate.encoded, status, DERText.generalizedTime(nowNanoseconds),
            DERText.explicit(0, DERText.generalizedTime(nextUpdateNanoseconds)))
    }

    /// Whether the hashes are those of this issuer's name and key.
    private static func names(
        _ issuer: Issuer, _ certificate: StatusRequest.CertificateID
    ) -> Bool {
        let name = issuer.certificate.header.subject
        let key = keyBits(issuer.certificate)
        switch certificate.hash {
        case sha1:
            return Array(Insecure.SHA1.hash(data: name)) == certificate.issuerNameHash
                && Array(Insecure.SHA1.hash(data: key)) == certificate.issuerKeyHash
        case sha256:
            return Array(SHA256.hash(data: name)) == certificate.issuerNameHash
                && Array(SHA256.hash(data: key)) == certificate.issuerKeyHash
        default: return false
        }
    }

    /// The value of the subject's public key, without tag, length and unused bits.
    private static func keyBits(_ certificate: ParsedCertificate) -> [UInt8] {
        guard
            let fields = try? DER.parse(certificate.header.subjectPublicKeyInfo)
                .children(count: 2...2, "key"), let key = try? ASN1BitString(derEncoded: fields[1])
        else { return [] }
        return Array(key.bytes)
    }
}
