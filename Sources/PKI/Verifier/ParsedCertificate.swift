import Foundation
import SwiftASN1
import X509

/// One certificate, parsed and checked for its form; nothing is said about trust.
struct ParsedCertificate: Sendable {
    let der: [UInt8]
    let fingerprint: Fingerprint
    let certificate: Certificate
    let header: CertificateHeader
    let extensions: CertificateExtensions
    let keyFingerprint: Fingerprint
    let notBeforeNanoseconds: Int64
    let notAfterNanoseconds: Int64

    /// Parses at most `PKILimits.certificateBytesMax` bytes of DER.
    init(der: [UInt8], element: Int) throws(PeerRefusal) {
        guard der.count <= PKILimits.certificateBytesMax else {
            throw .certificateTooLarge(element: element, bytes: der.count)
        }
        let root: ASN1Node
        do {
            root = try DER.parse(der)
        } catch {
            throw .malformed(element: element, detail: "not DER")
        }
        let header = try CertificateHeader(root, element: element)
        do {
            certificate = try Certificate(derEncoded: root)
        } catch {
            throw .malformed(element: element, detail: "not an X.509 certificate")
        }
        self.der = der
        self.header = header
        extensions = try CertificateExtensions(certificate, element: element)
        fingerprint = Fingerprint(of: der)
        keyFingerprint = Fingerprint(of: header.subjectPublicKeyInfo)
        notBeforeNanoseconds = Self.nanoseconds(certificate.notValidBefore)
        notAfterNanoseconds = Self.nanoseconds(certificate.notValidAfter)
    }

    /// The serial number in lower-case hexadecimal.
    var serial: String { hexText(header.serial) }

    /// RFC 5280 section 6.1: issuer and subject are the same name.
    var isSelfIssued: Bool { header.issuer == header.subject }

    /// Certificate times are whole seconds; what is beyond the year 2262 is held at its edge.
    private static func nanoseconds(_ date: Date) -> Int64 {
        let (value, overflow) = Int64(date.timeIntervalSince1970)
            .multipliedReportingOverflow(by: PKILimits.nanosecondsPerSecond)
        guard overflow else { return value }
        return date.timeIntervalSince1970 < 0 ? Int64.min : Int64.max
    }
}
