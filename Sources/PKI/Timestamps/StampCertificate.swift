internal import Foundation
internal import SwiftASN1
internal import X509

/// A certificate of a time-stamping authority or of one above it, and the rules for both (RFC 3161 section 2.3, RFC 5280).
struct StampCertificate {
    let certificate: Certificate
    let header: CertificateHeader
    let der: [UInt8]
    let subjectKeyIdentifier: [UInt8]?
    private let constraints: BasicConstraints?
    private let usage: KeyUsage?
    private let purposes: (list: [ASN1ObjectIdentifier], isCritical: Bool)?

    init(_ node: ASN1Node) throws {
        der = Array(node.encodedBytes)
        guard der.count <= PKILimits.certificateBytesMax else {
            throw DERFlaw.malformed("a certificate that is too large")
        }
        header = try CertificateHeader(node, element: 0)
        certificate = try Certificate(derEncoded: node)
        var constraints: BasicConstraints?
        var usage: KeyUsage?
        var purposes: ([ASN1ObjectIdentifier], Bool)?
        var key: [UInt8]?
        guard certificate.extensions.count <= PKILimits.extensionsMax else {
            throw DERFlaw.malformed("too many extensions")
        }
        for one in certificate.extensions {
            switch one.oid {
            case .X509ExtensionID.basicConstraints: constraints = try BasicConstraints(one)
            case .X509ExtensionID.keyUsage: usage = try KeyUsage(one)
            case .X509ExtensionID.extendedKeyUsage:
                purposes = (try Self.purposes(one), one.critical)
            case .X509ExtensionID.subjectKeyIdentifier:
                key = Array(try SubjectKeyIdentifier(one).keyIdentifier)
            case .X509ExtensionID.nameConstraints:
                throw DERFlaw.malformed("name constraints, which are not processed here")
            default:
                guard !one.critical else {
                    throw DERFlaw.malformed("a critical extension \(one.oid) that is not known")
                }
            }
        }
        (self.constraints, self.usage, self.purposes) = (constraints, usage, purposes)
        subjectKeyIdentifier = key
    }

    /// Whoever signs timestamps has a certificate for that and for nothing else.
    func checkSigner(at seconds: Int64) throws(TimestampFault) {
        guard let purposes, purposes.isCritical, purposes.list == [TimestampID.timeStamping] else {
            throw .badCertificate("its critical extended key usage is not time stamping alone")
        }
        if let usage, !usage.digitalSignature, !usage.nonRepudiation {
            throw .badCertificate("its key usage is no signing")
        }
        if case .isCertificateAuthority? = constraints {
            throw .badCertificate("it is an authority's")
        }
        try checkTime(seconds, "it")
    }

    /// Whoever stands above another one may sign certificates.
    func checkAuthority(below count: Int, at seconds: Int64) throws(TimestampFault) {
        guard case .isCertificateAuthority(let length)? = constraints else {
            throw .badCertificate("one above it is no authority")
        }
        guard length.map({ $0 >= count }) ?? true else {
            throw .badCertificate("more stand below an authority than may")
        }
        guard usage?.keyCertSign ?? true else {
            throw .badCertificate("one above it may not sign certificates")
        }
        if let list = purposes?.list, !list.contains(TimestampID.timeStamping),
            !list.contains(TimestampID.anyUsage)
        {
            throw .badCertificate("one above it is not for time stamping")
        }
        try checkTime(seconds, "one above it")
    }

    /// Whether it was signed by another one.
    func isSigned(by other: StampCertificate) -> Bool {
        header.issuer == other.header.subject
            && other.certificate.publicKey.isValidSignature(
                certificate.signature, for: certificate)
    }

    private func checkTime(_ seconds: Int64, _ who: String) throws(TimestampFault) {
        let begin = Int64(certificate.notValidBefore.timeIntervalSince1970)
        let end = Int64(certificate.notValidAfter.timeIntervalSince1970)
        guard begin <= seconds, seconds <= end else {
            throw .badCertificate("\(who) was not valid at the timestamp's time")
        }
    }

    private static func purposes(_ one: Certificate.Extension) throws -> [ASN1ObjectIdentifier] {
        try DER.parse(one.value).children(count: 1...16, "extended key usage").map {
            try ASN1ObjectIdentifier(derEncoded: $0)
        }
    }
}
