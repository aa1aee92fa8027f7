import Crypto
import Foundation
import SwiftASN1
import X509

/// What a certificate of ours says, before it is signed (RFC 5280 section 4, X509-SVID sections 2 to 4).
struct CertificateTemplate {
    enum Role {
        case root
        case intermediate(pathLength: Int)
        case leaf(names: [GeneralName])
        /// Says for its issuer what became of other certificates (RFC 6960 section 4.2.2.2), and is no SVID.
        case responder
    }

    let role: Role
    let uri: String
    let commonName: String
    let publicKey: Certificate.PublicKey
    let subjectPublicKeyInfo: [UInt8]
    let notBeforeSeconds: Int64
    let notAfterSeconds: Int64
    /// Where others ask about a leaf.
    var revocations: RevocationAddresses?

    /// Signs with the issuer's key; without an issuer the certificate signs itself.
    func signed(
        by key: Certificate.PrivateKey, issuer: ParsedCertificate?
    ) throws(PKIError) -> ParsedCertificate {
        do {
            let subject = try Self.name(commonName)
            let certificate = try Certificate(
                version: .v3, serialNumber: Self.serial(), publicKey: publicKey,
                notValidBefore: Date(timeIntervalSince1970: TimeInterval(notBeforeSeconds)),
                notValidAfter: Date(timeIntervalSince1970: TimeInterval(notAfterSeconds)),
                issuer: issuer?.certificate.subject ?? subject, subject: subject,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try extensions(issuer: issuer), issuerPrivateKey: key)
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return try ParsedCertificate(der: serializer.serializedBytes, element: 0)
        } catch let refusal as PeerRefusal {
            throw .signingFailed("the certificate that was made is not valid: \(refusal.reason)")
        } catch let error as PKIError {
            throw error
        } catch {
            throw .signingFailed("a certificate could not be made")
        }
    }

    private func extensions(issuer: ParsedCertificate?) throws -> Certificate.Extensions {
        let ownKeyID = Self.keyIdentifier(subjectPublicKeyInfo)
        let issuerKeyID = issuer?.extensions.subjectKeyIdentifier ?? ownKeyID
        var list: [Certificate.Extension] = []
        switch role {
        case .root:
            list.append(
                try .init(
                    BasicConstraints.isCertificateAuthority(maxPathLength: nil), critical: true))
            list.append(try .init(KeyUsage(keyCertSign: true, cRLSign: true), critical: true))
        case .intermediate(let length):
            list.append(
                try .init(
                    BasicConstraints.isCertificateAuthority(maxPathLength: length), critical: true))
            list.append(try .init(KeyUsage(keyCertSign: true, cRLSign: true), critical: true))
        case .leaf:
            list.append(try .init(BasicConstraints.notCertificateAuthority, critical: true))
            list.append(try .init(KeyUsage(digitalSignature: true), critical: true))
            list.append(try .init(ExtendedKeyUsage([.serverAuth, .clientAuth]), critical: false))
        case .responder:
            list.append(try .init(BasicConstraints.notCertificateAuthority, critical: true))
            list.append(try .init(KeyUsage(digitalSignature: true), critical: true))
            list.append(try .init(ExtendedKeyUsage([.ocspSigning]), critical: false))
            // It lives so shortly that nobody need ask about itself (RFC 6960 section 4.2.2.2.1).
            list.append(
                .init(oid: Self.noCheck, critical: false, value: [0x05, 0x00]))
        }
        list.append(
            try .init(SubjectKeyIdentifier(keyIdentifier: ownKeyID[...]), critical: false))
        list.append(
            try .init(AuthorityKeyIdentifier(keyIdentifier: issuerKeyID[...]), critical: false))
        if case .responder = role { return try Certificate.Extensions(list) }
        var names: [GeneralName] = [.uniformResourceIdentifier(uri)]
        if case .leaf(let others) = role { names += others }
        list.append(try .init(SubjectAlternativeNames(names), critical: false))
        if let revocations { list += try revocations.extensions(issuerKeyID: issuerKeyID) }
        return try Certificate.Extensions(list)
    }

    /// RFC 6960 section 4.2.2.2.1.
    private static let noCheck: ASN1ObjectIdentifier = [1, 3, 6, 1, 5, 5, 7, 48, 1, 5]

    /// The first 160 bits of SHA-256 over the key, RFC 7093 section 2 method 1.
    static func keyIdentifier(_ subjectPublicKeyInfo: [UInt8]) -> [UInt8] {
        let key = (try? DER.parse(subjectPublicKeyInfo).children(count: 2...2, "key"))
            .flatMap { try? ASN1BitString(derEncoded: $0[1]) }
        return Array(
            SHA256.hash(data: key.map { Array($0.bytes) } ?? subjectPublicKeyInfo).prefix(20))
    }

    /// 126 random bits below a leading 01: positive, never short.
    private static func serial() -> Certificate.SerialNumber {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[0] = bytes[0] & 0x3F | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }

    static func name(_ commonName: String) throws -> DistinguishedName {
        try DistinguishedName {
            OrganizationName("Maxine")
            CommonName(String(commonName.unicodeScalars.prefix(64).map(Character.init)))
        }
    }
}
