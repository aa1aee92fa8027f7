internal import Crypto
internal import SwiftASN1
internal import X509

/// Who signed a timestamp, and how (RFC 5652 section 5.3).
struct TimestampSigner {
    private enum Name: Equatable {
        case issuer([UInt8], serial: [UInt8])
        case key([UInt8])
    }

    private let name: Name
    private let digest: ASN1ObjectIdentifier
    /// The attributes as they were signed.
    private let signed: [UInt8]
    private let attributes: [ASN1ObjectIdentifier: ASN1Node]
    private let algorithm: Certificate.SignatureAlgorithm
    private let signature: [UInt8]

    init(_ node: ASN1Node) throws {
        let fields = try node.children(count: 6...7, "signer")
        name = try Self.name(fields[1])
        digest = try Self.algorithm(fields[2])
        guard fields[3].identifier == .context(0) else {
            throw DERFlaw.malformed("no signed attributes")
        }
        attributes = try Self.attributes(fields[3])
        // RFC 5652 section 5.4: signed with the tag of a set in place of its own.
        signed = [0x31] + fields[3].encodedBytes.dropFirst()
        algorithm = try Self.signatureAlgorithm(try Self.algorithm(fields[4]), digest)
        signature = Array(try fields[5].primitive("signature"))
        guard fields.count == 6 || fields[6].identifier == .context(1) else {
            throw DERFlaw.malformed("an unknown field of the signer")
        }
    }

    /// Whether it names a certificate.
    func isNamed(_ certificate: StampCertificate) -> Bool {
        switch name {
        case .issuer(let issuer, let serial):
            issuer == certificate.header.issuer && serial == certificate.header.serial
        case .key(let key): key == certificate.subjectKeyIdentifier
        }
    }

    /// Holds what was signed against the content and the certificate.
    func verify(_ content: ArraySlice<UInt8>, by certificate: StampCertificate)
        throws(TimestampFault)
    {
        do {
            try check(content, certificate)
        } catch let flaw as DERFlaw {
            throw .malformed(flaw.detail)
        } catch let fault as TimestampFault {
            throw fault
        } catch {
            throw .malformed("signed attributes that can't be read")
        }
        guard
            certificate.certificate.publicKey.isValidSignature(
                signature, for: signed, signatureAlgorithm: algorithm)
        else { throw .badSignature }
    }

    private func check(_ content: ArraySlice<UInt8>, _ certificate: StampCertificate) throws {
        let type = try value(of: TimestampID.contentType, "content type")
        guard try ASN1ObjectIdentifier(derEncoded: type) == TimestampID.info else {
            throw DERFlaw.malformed("signed as something else")
        }
        let hash = try value(of: TimestampID.messageDigest, "digest").primitive("digest")
        guard try Self.hash(content, digest).elementsEqual(hash) else {
            throw TimestampFault.badSignature
        }
        guard try certificateHash().elementsEqual(hashOf(certificate)) else {
            throw TimestampFault.badCertificate("the timestamp was signed for another one")
        }
    }

    /// What the signer says of its certificate, so that no other of the same key takes its place (RFC 5035, RFC 5816).
    private func certificateHash() throws -> ArraySlice<UInt8> {
        let isSecond = attributes[TimestampID.signingCertificate2] != nil
        let id = isSecond ? TimestampID.signingCertificate2 : TimestampID.signingCertificate
        let outer = try value(of: id, "signing certificate").children(count: 1...2, "certificates")
        let first = try outer[0].children(count: 1...16, "certificates")[0]
        let fields = try first.children(count: 1...3, "certificate's hash")
        if isSecond, fields[0].identifier == .sequence {
            guard try Self.algorithm(fields[0]) == certificateDigest, fields.count > 1 else {
                throw DERFlaw.malformed("a hash of the certificate of another kind")
            }
            return try fields[1].primitive("certificate's hash")
        }
        return try fields[0].primitive("certificate's hash")
    }

    /// SHA-256 unless the attribute says otherwise, which is read here.
    private var certificateDigest: ASN1ObjectIdentifier {
        guard let node = attributes[TimestampID.signingCertificate2],
            let outer = try? node.children(count: 1...2, "certificates"),
            let list = try? outer[0].children(count: 1...16, "certificates"),
            let fields = try? list[0].children(count: 1...3, "certificate's hash"),
            fields[0].identifier == .sequence, let named = try? Self.algorithm(fields[0])
        else { return TimestampID.sha256 }
        return named
    }

    private func hashOf(_ certificate: StampCertificate) throws -> [UInt8] {
        guard attributes[TimestampID.signingCertificate2] != nil else {
            return Array(Insecure.SHA1.hash(data: certificate.der))
        }
        return try Self.hash(certificate.der[...], certificateDigest)
    }

    private func value(of id: ASN1ObjectIdentifier, _ what: String) throws -> ASN1Node {
        guard let node = attributes[id] else { throw DERFlaw.malformed("no signed \(what)") }
        return node
    }

    private static func name(_ node: ASN1Node) throws -> Name {
        if node.identifier == .context(0) { return .key(Array(try node.primitive("key"))) }
        let fields = try node.children(count: 2...2, "signer's name")
        return .issuer(
            Array(fields[0].encodedBytes), serial: try TimestampInfo.number(fields[1]))
    }

    /// Each at most once, each with one value.
    private static func attributes(
        _ node: ASN1Node
    ) throws -> [ASN1ObjectIdentifier: ASN1Node] {
        var found: [ASN1ObjectIdentifier: ASN1Node] = [:]
        for attribute in try node.children(count: 1...16, "signed attributes") {
            let fields = try attribute.children(count: 2...2, "attribute")
            let values = try fields[1].children(count: 1...1, "attribute's values")
            let id = try ASN1ObjectIdentifier(derEncoded: fields[0])
            guard found.updateValue(values[0], forKey: id) == nil else {
                throw DERFlaw.malformed("an attribute that stands twice")
            }
        }
        return found
    }

    private static func algorithm(_ node: ASN1Node) throws -> ASN1ObjectIdentifier {
        try ASN1ObjectIdentifier(derEncoded: node.children(count: 1...2, "algorithm")[0])
    }

    private static func hash(
        _ bytes: ArraySlice<UInt8>, _ algorithm: ASN1ObjectIdentifier
    ) throws -> [UInt8] {
        switch algorithm {
        case TimestampID.sha256: Array(SHA256.hash(data: bytes))
        case TimestampID.sha384: Array(SHA384.hash(data: bytes))
        case TimestampID.sha512: Array(SHA512.hash(data: bytes))
        default: throw DERFlaw.malformed("a digest that is not SHA-256, SHA-384 or SHA-512")
        }
    }

    private static func signatureAlgorithm(
        _ id: ASN1ObjectIdentifier, _ digest: ASN1ObjectIdentifier
    ) throws -> Certificate.SignatureAlgorithm {
        let rsa: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 1, 1]
        switch (id, digest) {
        case (rsa, TimestampID.sha256), ([1, 2, 840, 113549, 1, 1, 11], TimestampID.sha256):
            return .sha256WithRSAEncryption
        case (rsa, TimestampID.sha384), ([1, 2, 840, 113549, 1, 1, 12], TimestampID.sha384):
            return .sha384WithRSAEncryption
        case (rsa, TimestampID.sha512), ([1, 2, 840, 113549, 1, 1, 13], TimestampID.sha512):
            return .sha512WithRSAEncryption
        case ([1, 2, 840, 10045, 4, 3, 2], TimestampID.sha256): return .ecdsaWithSHA256
        case ([1, 2, 840, 10045, 4, 3, 3], TimestampID.sha384): return .ecdsaWithSHA384
        case ([1, 2, 840, 10045, 4, 3, 4], TimestampID.sha512): return .ecdsaWithSHA512
        default: throw DERFlaw.malformed("a signature of a kind that is not taken")
        }
    }
}
