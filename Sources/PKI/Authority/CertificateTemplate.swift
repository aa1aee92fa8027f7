import Crypto
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
    let subjectPublicKeyInfo: [UInt8]
    let notBeforeSeconds: Int64
    let notAfterSeconds: Int64
    /// Where others ask about a leaf.
    var revocations: RevocationAddresses?

    /// Signs with the issuer's key; without an issuer the certificate signs itself.
    func signed(
        by key: any AuthorityKey, issuer: ParsedCertificate?
    ) throws(PKIError) -> ParsedCertificate {
        do {
            let body = try body(issuer: issuer)
            let der = DER.Serializer.signed(body, try key.signature(of: body))
            return try ParsedCertificate(der: der, element: 0)
        } catch let refusal as PeerRefusal {
            throw .signingFailed("the certificate that was made is not valid: \(refusal.reason)")
        } catch let error as PKIError {
            throw error
        } catch {
            throw .signingFailed("a certificate could not be made")
        }
    }

    /// What is signed (RFC 5280 section 4.1.2); written here, since the library's way of making a certificate takes it apart and writes
    /// it anew.
    private func body(issuer: ParsedCertificate?) throws -> [UInt8] {
        var name = DER.Serializer()
        try name.serialize(Self.name(commonName))
        let subject = name.serializedBytes
        let extensions = try extensions(issuer: issuer)
        var writer = DER.Serializer()
        try writer.sequence {
            $0.explicit(0) { $0.integer([2]) }
            $0.integer(Self.serial())
            $0.serializeRawBytes(ObjectID.ecdsaWithSHA256)
            $0.serializeRawBytes(issuer?.header.subject ?? subject)
            $0.sequence {
                $0.time(seconds: notBeforeSeconds)
                $0.time(seconds: notAfterSeconds)
            }
            $0.serializeRawBytes(subject)
            $0.serializeRawBytes(subjectPublicKeyInfo)
            try $0.explicit(3) {
                try $0.sequence { list in
                    for one in extensions { try list.certificateExtension(one) }
                }
            }
        }
        return writer.serializedBytes
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
    private static func serial() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<2 {
            let word: UInt64 = random.next()
            withUnsafeBytes(of: word) { bytes += $0 }
        }
        bytes[0] = bytes[0] & 0x3F | 0x40
        return bytes
    }

    static func name(_ commonName: String) throws -> DistinguishedName {
        try DistinguishedName {
            OrganizationName("Maxine")
            CommonName(String(commonName.unicodeScalars.prefix(64).map(Character.init)))
        }
    }
}
